/* Lines of text, from a file or standard input: the one place that splits, bounds and counts them.
 *
 * A line ends with LF or CRLF; the last one may have no end. A UTF-8 byte order mark before the first is skipped.
 * Memory is bounded by the longest line that is allowed. One thread at a time per object. */
#ifndef COCO_IO_FILE_LINE_READER_H
#define COCO_IO_FILE_LINE_READER_H

#include "io/base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct LineReader LineReader;

typedef enum {
    LINE_BAD = -1, /* err names the input, or the line, that cannot be read */
    LINE_END = 0,
    LINE_READ = 1,
    LINE_NOT_YET = 2 /* wait until line_reader_fd is readable */
} LineAnswer;

/* "-" is standard input. NULL: the file cannot be opened, or out of memory. */
LineReader *line_reader_open(const char *path, size_t max_bytes, Err *err);
void line_reader_close(LineReader *reader); /* NULL is legal */

/* The next line, blank ones included, without its end but with a NUL after it, borrowed until the next call. A line
 * above max_bytes gives LINE_BAD, and the next call continues after it. After a failed read comes LINE_END. */
LineAnswer line_reader_next(LineReader *reader, const char **line, size_t *len, Err *err); /* waits for input */
LineAnswer line_reader_poll(LineReader *reader, const char **line, size_t *len, Err *err); /* never waits */
int line_reader_fd(const LineReader *reader);

/* Skips white space and returns the byte that comes next, which stays unread, or EOF. Waits for input. */
int line_reader_peek(LineReader *reader);
/* Everything not yet read, with a NUL after it; fails above `max` bytes. The caller frees. */
char *line_reader_rest(LineReader *reader, size_t max, size_t *len, Err *err);

/* Both borrowed: "urls.txt" or "standard input"; and where the last line was, "urls.txt: line 3". */
const char *line_reader_name(const LineReader *reader);
const char *line_reader_place(const LineReader *reader);
/* The number of the last line, from 1; and where an earlier one was, borrowed until the next place is asked for. */
int64_t line_reader_number(const LineReader *reader);
const char *line_reader_place_of(const LineReader *reader, int64_t number);

/* How many bytes of the input end with the last line. */
int64_t line_reader_offset(const LineReader *reader);

/* Whether the last line came without its end: it is the input's last, and perhaps torn. */
bool line_reader_torn(const LineReader *reader);

bool line_is_blank(const char *line, size_t len);
/* Whether the bytes begin with a byte order mark of UTF-16, as some Windows programs write text. */
bool line_is_utf16(const char *line, size_t len);

/* All lines of a text file at once, blank ones included, without the white space around them. */
typedef struct {
    char **line; /* borrowed until lines_free */
    size_t n;
    char *text; /* what the lines point into */
} Lines;
int lines_read(Lines *lines, const char *path, Err *err);
void lines_free(Lines *lines); /* safe on a zero-initialized one */

#endif
