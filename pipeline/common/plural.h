/* Counts in messages: "1 caption", "2 captions". */
#ifndef COCO_PIPELINE_COMMON_PLURAL_H
#define COCO_PIPELINE_COMMON_PLURAL_H

#include <stdint.h>

/* What a noun ends with after that number: "%lld image%s". */
static inline const char *plural(int64_t n)
{
    return n == 1 ? "" : "s";
}

#endif
