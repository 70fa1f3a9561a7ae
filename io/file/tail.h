/* The end of a file of lines, where a writer that appends must look first: a full disk or a kill may have torn the last
 * line, and what is appended next would be glued to it. Any thread. */
#ifndef COCO_IO_FILE_TAIL_H
#define COCO_IO_FILE_TAIL_H

#include "io/base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { TAIL_BYTES = 1 << 20 }; /* the longest line that is looked at */

/* Opens a file of lines to append to it; a missing one is made. A last line without its end gets it if `whole` says
 * that it is a whole record; otherwise the line is cut off, and *cut is its length in bytes, else 0. What is not a
 * regular file (a pipe, a device) is opened as it is. NULL: the file cannot be opened or mended, or its last line is
 * above TAIL_BYTES. */
FILE *tail_append(const char *path, bool (*whole)(const char *line, size_t len), int64_t *cut, Err *err);

/* The last line that has its end and is not blank, without that end but with a NUL after it. The caller frees. NULL:
 * there is none within TAIL_BYTES of the end, or it cannot be read. */
char *tail_line(const char *path, size_t *len);

#endif
