/* One line that says what went wrong.
 *
 * Libraries here never print and never exit. A call that can fail takes an `Err *`, returns -1 or NULL, and has
 * written one line, without a newline and without the program's name, into it. The pointer may be NULL if the
 * reason does not matter. Safe from any thread on an Err of its own. */
#ifndef COCO_IO_BASE_ERR_H
#define COCO_IO_BASE_ERR_H

enum { ERR_LEN = 1024 }; /* room for a line: a path and a sentence */

typedef struct {
    char text[ERR_LEN];
} Err;

/* Writes the line. Always returns -1, so that a failure reads `return err_set(err, ...)`. An argument may be
 * err->text itself. */
int err_set(Err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Puts words before the line that is there: "FILE: " before what a call said of the file's content. Returns -1. */
int err_prefix(Err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
