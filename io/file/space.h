/* Room on a file system. Any thread. */
#ifndef COCO_IO_FILE_SPACE_H
#define COCO_IO_FILE_SPACE_H

#include "io/base/err.h"

#include <stdint.h>

/* Whether `need` bytes are free where `path`, which exists, lies: 0 if they are, or if the file system does not say
 * how many are; else -1, and err says "NAME: needs 3 GB, but only 1 GB are free". */
int space_check(const char *path, int64_t need, const char *name, Err *err);

#endif
