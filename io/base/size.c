#include "io/base/size.h"

#include <stdio.h>

const char *size_text(int64_t bytes, char text[SIZE_TEXT_LEN])
{
    static const char *const unit[] = {"B", "kB", "MB", "GB", "TB"};
    double v = (double)bytes;
    int u = 0;
    for (; v >= 1000 && u < 4; u++)
        v /= 1000;
    snprintf(text, SIZE_TEXT_LEN, u ? "%.1f %s" : "%.0f %s", v, unit[u]);
    return text;
}
