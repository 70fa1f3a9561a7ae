/* One line that says what went wrong.
 *
 * Libraries here never print and never exit. A call that can fail takes `char *err, size_t errlen`,
 * returns -1 or NULL, and has written one line, without a newline and without the program's name,
 * into err. err may be NULL where the reason does not matter. Safe from any thread. */
#ifndef COCO_IO_BASE_ERR_H
#define COCO_IO_BASE_ERR_H

#include <stddef.h>

enum { ERR_LEN = 1024 }; /* room for a line: a path and a sentence */

/* Writes the line. Always returns -1, so that a failure reads `return err_set(err, errlen, ...)`. */
int err_set(char *err, size_t errlen, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

#endif
