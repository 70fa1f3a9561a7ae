/* The lines of several inputs, one input after another, without waiting: for a loop that also waits for other things.
 *
 * One thread at a time per InputLines. */
#ifndef COCO_IO_FILE_INPUT_LINES_H
#define COCO_IO_FILE_INPUT_LINES_H

#include "io/base/err.h"
#include "io/file/line_reader.h"

#include <stddef.h>

typedef struct InputLines InputLines;

/* Paths, "-" for standard input; the array and its texts stay the caller's until input_lines_close. An input is opened
 * when its turn comes. NULL: out of memory. */
InputLines *input_lines_open(const char *const *paths, int n, Err *err);
void input_lines_close(InputLines *in); /* NULL is legal */

/* The next line that is not blank, borrowed until the next call. LINE_BAD: an input cannot be read, or a line is above
 * 1 MiB; the next call continues after it. LINE_NOT_YET: wait until input_lines_fd is readable. */
LineAnswer input_lines_next(InputLines *in, const char **line, size_t *len, Err *err);
int input_lines_fd(const InputLines *in);
/* Where the last line was: "urls.txt: line 3". Borrowed until the next call. */
const char *input_lines_place(const InputLines *in);

#endif
