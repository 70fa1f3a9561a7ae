/* What a file has beside its content: mode, owner, access list and other extended attributes, times. Any thread. */
#ifndef COCO_IO_FILE_ATTRIBUTES_H
#define COCO_IO_FILE_ATTRIBUTES_H

#include "io/base/err.h"

#include <stdbool.h>

/* Gives one file those of another; with `times`, when it was last read and changed as well. The owner and extended
 * attributes are copied as far as the process may and the file systems can. -1: not even the mode. */
int attributes_copy(const char *from, const char *to, bool times, Err *err);

#endif
