/* dataset.h, the image ids: those of a list, of COCO's file names, or the rows. */
#include "io/data/dataset.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

int64_t coco_image_id(const char *name, int64_t row)
{
    enum { DIGITS = 12 };
    if (!name)
        return row;
    const char *base = strrchr(name, '/');
    base = base ? base + 1 : name;
    const char *dot = strrchr(base, '.');
    size_t n = dot ? (size_t)(dot - base) : strlen(base);
    if (n < DIGITS || (n > DIGITS && base[n - DIGITS - 1] != '_'))
        return row;
    int64_t id = 0;
    for (size_t i = n - DIGITS; i < n; i++) {
        if (!isdigit((unsigned char)base[i]))
            return row;
        id = id * 10 + (base[i] - '0');
    }
    return id;
}

int64_t dataset_image_id(const Dataset *d, int64_t row)
{
    return d->id ? d->id[row] : coco_image_id(row < (int64_t)d->files.n ? d->files.line[row] : NULL, row);
}

bool dataset_read_id(const char *line, int64_t *id)
{
    char *end;
    errno = 0;
    *id = strtoll(line, &end, 10);
    return isdigit((unsigned char)*line) && !*end && !errno;
}
