#include "io/base/err.h"

#include <stdarg.h>
#include <stdio.h>

int err_set(Err *err, const char *fmt, ...)
{
    if (err) {
        Err line;
        va_list ap;
        va_start(ap, fmt);
        vsnprintf(line.text, sizeof line.text, fmt, ap);
        va_end(ap);
        *err = line;
    }
    return -1;
}

int err_prefix(Err *err, const char *fmt, ...)
{
    if (err) {
        Err line = *err;
        va_list ap;
        va_start(ap, fmt);
        int n = vsnprintf(err->text, sizeof err->text, fmt, ap);
        va_end(ap);
        if (n >= 0 && n < ERR_LEN)
            snprintf(err->text + n, sizeof err->text - (size_t)n, "%s", line.text);
    }
    return -1;
}
