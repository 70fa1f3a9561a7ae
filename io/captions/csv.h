/* Rows of comma-separated values (RFC 4180), cut in place. One thread at a time per reader. */
#ifndef COCO_IO_CAPTIONS_CSV_H
#define COCO_IO_CAPTIONS_CSV_H

#include "io/base/err.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct {
    char *at;       /* the next row */
    long long line; /* its number, from 1 */
    char mark;
    char **field;
    bool *quoted;
    int room;
} CsvReader;

/* Borrowed until the next call. */
typedef struct {
    char **field; /* (n) each with a NUL after it, where the mark or the line end was */
    bool *quoted; /* (n) */
    int n;
    char mark;
    long long line; /* where it begins */
} CsvRow;

/* The first of the marks, outside quotes, in the len bytes of a line; 0: there is none. */
char csv_first_mark(const char *line, size_t len, const char *marks);
/* Reads text that ends with a NUL, and changes it. Fields are separated by `mark`. */
CsvReader csv_begin(char *text, char mark);
/* The next row that is not blank: 1; 0 at the end; -1: a quote that never ends ("line 3: ..."), or out of memory.
 * Rows end with LF or CRLF. A quote within a field that does not begin with one is an ordinary character. */
int csv_next(CsvReader *reader, CsvRow *row, Err *err);
void csv_end(CsvReader *reader);

#endif
