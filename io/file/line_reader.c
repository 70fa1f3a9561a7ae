#include "io/file/line_reader.h"

#include "io/base/err.h"
#include "io/file/file.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { READ_BYTES = 1 << 16 }; /* room for a read, at least */

struct LineReader {
    int fd;
    char *name;
    char *place;
    size_t place_len;
    size_t max_bytes; /* of a line */
    int64_t number;   /* of the last line */
    int64_t taken;    /* bytes read from fd */
    char *text;       /* `room` bytes; unread ones are from..to */
    size_t room, from, to;
    size_t searched; /* unread bytes that are known to hold no line end */
    bool begun;      /* past where a byte order mark may be */
    bool ended;      /* nothing comes after `to` */
    bool torn;       /* the last line had no end */
    bool skipping;   /* the rest of a line that is too long */
    int error;       /* errno of a read that failed, until reported */
};

LineReader *line_reader_open(const char *path, size_t max_bytes, Err *err)
{
    bool is_stdin = !strcmp(path, "-");
    LineReader *r = calloc(1, sizeof *r);
    if (r) {
        *r = (LineReader){.fd = -1, .name = strdup(is_stdin ? "standard input" : path), .max_bytes = max_bytes};
        r->place_len = strlen(path) + 64;
        r->place = malloc(r->place_len);
    }
    if (!r || !r->name || !r->place) {
        err_set(err, "%s: out of memory", path);
        line_reader_close(r);
        return NULL;
    }
    r->fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (r->fd < 0) {
        err_set(err, "%s: %s", path, strerror(errno));
        line_reader_close(r);
        return NULL;
    }
    return r;
}

void line_reader_close(LineReader *r)
{
    if (!r)
        return;
    if (r->fd > STDIN_FILENO)
        close(r->fd);
    free(r->name);
    free(r->place);
    free(r->text);
    free(r);
}

int line_reader_fd(const LineReader *r)
{
    return r->fd;
}

const char *line_reader_name(const LineReader *r)
{
    return r->name;
}

int64_t line_reader_number(const LineReader *r)
{
    return r->number;
}

const char *line_reader_place(const LineReader *r)
{
    return line_reader_place_of(r, r->number);
}

const char *line_reader_place_of(const LineReader *r, int64_t number)
{
    snprintf(r->place, r->place_len, "%s: line %lld", r->name, (long long)number);
    return r->place;
}

int64_t line_reader_offset(const LineReader *r)
{
    return r->taken - (int64_t)(r->to - r->from);
}

bool line_reader_torn(const LineReader *r)
{
    return r->torn;
}

bool line_is_blank(const char *line, size_t len)
{
    while (len > 0 && isspace((unsigned char)line[len - 1]))
        len--;
    return len == 0;
}

bool line_is_utf16(const char *line, size_t len)
{
    return len >= 2 && (!memcmp(line, "\xff\xfe", 2) || !memcmp(line, "\xfe\xff", 2));
}

/* --- bytes --- */

/* Room for a read, and for a NUL after it. */
static int make_room(LineReader *r)
{
    if (r->from > 0) {
        memmove(r->text, r->text + r->from, r->to - r->from);
        r->to -= r->from;
        r->from = 0;
    }
    if (r->room > r->to + READ_BYTES)
        return 0;
    size_t room = r->room ? 2 * r->room : 2 * READ_BYTES;
    char *grown = realloc(r->text, room);
    if (!grown)
        return -1;
    r->text = grown;
    r->room = room;
    return 0;
}

static void skip_byte_order_mark(LineReader *r)
{
    static const char mark[] = {'\xef', '\xbb', '\xbf'};
    size_t n = r->to - r->from;
    bool whole = n >= sizeof mark, like = !memcmp(r->text + r->from, mark, whole ? sizeof mark : n);
    if (whole && like)
        r->from += sizeof mark;
    r->begun = whole || !like || r->ended;
}

/* Reads once. False: there is nothing to read yet. */
static bool fill(LineReader *r, bool wait)
{
    struct pollfd p = {.fd = r->fd, .events = POLLIN};
    if (!wait && poll(&p, 1, 0) == 0)
        return false;
    errno = ENOMEM;
    ssize_t n = make_room(r) ? -1 : read(r->fd, r->text + r->to, r->room - r->to - 1);
    if (n < 0 && errno == EAGAIN && wait) /* standard input may be in non-blocking mode */
        poll(&p, 1, -1);
    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        return wait;
    if (n < 0)
        r->error = errno;
    else
        r->to += (size_t)n, r->taken += n;
    r->ended = n <= 0;
    if (!r->begun && r->text)
        skip_byte_order_mark(r);
    return true;
}

/* --- lines --- */

/* A whole line of the unread bytes, or the last one without its end. NULL: there is none yet. */
static char *cut_line(LineReader *r, size_t *len)
{
    size_t n = r->to - r->from;
    if (!r->begun || n == 0)
        return NULL;
    char *start = r->text + r->from;
    char *nl = memchr(start + r->searched, '\n', n - r->searched);
    r->searched = n;
    if (!nl && !r->ended)
        return NULL;
    *len = nl ? (size_t)(nl - start) : n;
    r->from += *len + (nl ? 1 : 0);
    r->searched = 0;
    r->torn = !nl;
    if (*len > 0 && start[*len - 1] == '\r')
        --*len;
    start[*len] = '\0';
    return start;
}

static LineAnswer too_long(LineReader *r, Err *err)
{
    r->number++;
    return (LineAnswer)err_set(err, "%s: longer than %zu MiB", line_reader_place(r), r->max_bytes >> 20);
}

/* Nothing is left to cut and nothing more comes. */
static LineAnswer end(LineReader *r, Err *err)
{
    if (!r->error)
        return LINE_END;
    err_set(err, "%s: %s", r->name, strerror(r->error));
    r->error = 0;
    return LINE_BAD;
}

static LineAnswer next(LineReader *r, bool wait, const char **line, size_t *len, Err *err)
{
    for (;;) {
        if ((*line = cut_line(r, len))) {
            bool rest = r->skipping;
            r->skipping = false;
            if (rest)
                continue;
            if (*len > r->max_bytes)
                return too_long(r, err);
            r->number++;
            return LINE_READ;
        }
        if (r->ended)
            return end(r, err);
        if (r->to - r->from > r->max_bytes) {
            r->from = r->to;
            r->searched = 0;
            if (!r->skipping) {
                r->skipping = true;
                return too_long(r, err);
            }
        }
        if (!fill(r, wait))
            return LINE_NOT_YET;
    }
}

LineAnswer line_reader_next(LineReader *r, const char **line, size_t *len, Err *err)
{
    return next(r, true, line, len, err);
}

LineAnswer line_reader_poll(LineReader *r, const char **line, size_t *len, Err *err)
{
    return next(r, false, line, len, err);
}

/* --- what is not read by lines --- */

int line_reader_peek(LineReader *r)
{
    r->searched = 0;
    for (;;) {
        for (; r->begun && r->from < r->to; r->from++) {
            unsigned char c = (unsigned char)r->text[r->from];
            if (!isspace(c))
                return c;
            r->number += c == '\n';
        }
        if (r->ended)
            return EOF;
        (void)fill(r, true);
    }
}

char *line_reader_rest(LineReader *r, size_t max, size_t *len, Err *err)
{
    while (!r->ended && r->to - r->from <= max)
        (void)fill(r, true);
    if (r->error) {
        end(r, err);
        return NULL;
    }
    *len = r->to - r->from;
    if (*len > max) {
        err_set(err, "%s: larger than %zu bytes", r->name, max);
        return NULL;
    }
    char *rest = malloc(*len + 1);
    if (!rest) {
        err_set(err, "%s: out of memory", r->name);
        return NULL;
    }
    if (*len)
        memcpy(rest, r->text + r->from, *len);
    rest[*len] = '\0';
    r->from = r->to;
    r->searched = 0;
    return rest;
}

/* --- all lines at once --- */

/* Cuts white space from both ends of [s, s + len) in place. */
static char *trim(char *s, size_t len)
{
    char *end = s + len;
    while (s < end && isspace((unsigned char)*s))
        s++;
    while (end > s && isspace((unsigned char)end[-1]))
        end--;
    *end = '\0';
    return s;
}

static int add_line(Lines *lines, size_t *room, char *line)
{
    if (lines->n == *room) {
        size_t more = *room ? 2 * *room : 1024;
        char **grown = realloc(lines->line, more * sizeof *grown);
        if (!grown)
            return -1;
        lines->line = grown;
        *room = more;
    }
    lines->line[lines->n++] = line;
    return 0;
}

int lines_read(Lines *lines, const char *path, Err *err)
{
    LineReader all = {.fd = -1, .ended = true};
    size_t len, room = 0;
    char *line;
    memset(lines, 0, sizeof *lines);
    lines->text = file_read(path, (size_t)1 << 31, &all.to, err);
    if (!lines->text)
        return -1;
    if (memchr(lines->text, '\0', all.to)) {
        bool wide = line_is_utf16(lines->text, all.to);
        lines_free(lines);
        return err_set(err, "%s: not text: %s", path,
                       wide ? "a BOM says that it is UTF-16, not UTF-8" : "it holds a NUL byte");
    }
    all.text = lines->text;
    skip_byte_order_mark(&all);
    while ((line = cut_line(&all, &len)))
        if (add_line(lines, &room, trim(line, len))) {
            lines_free(lines);
            return err_set(err, "%s: out of memory", path);
        }
    return 0;
}

void lines_free(Lines *lines)
{
    free(lines->line);
    free(lines->text);
    memset(lines, 0, sizeof *lines);
}
