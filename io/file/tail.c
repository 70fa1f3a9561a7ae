#include "io/file/tail.h"

#include "io/base/err.h"
#include "io/file/line_reader.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The last bytes of a regular file, with a NUL after them. */
typedef struct {
    char *text;
    size_t len;
    int64_t at; /* where in the file they begin */
} Tail;

/* -1, with errno. */
static int read_tail(Tail *t, int fd)
{
    struct stat st;
    *t = (Tail){NULL, 0, 0};
    if (fstat(fd, &st))
        return -1;
    size_t want = st.st_size < TAIL_BYTES ? (size_t)st.st_size : TAIL_BYTES;
    t->at = st.st_size - (int64_t)want;
    t->text = malloc(want + 1);
    if (!t->text)
        return -1;
    while (t->len < want) {
        ssize_t n = pread(fd, t->text + t->len, want - t->len, t->at + (int64_t)t->len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        if (n == 0)
            break;
        t->len += (size_t)n;
    }
    t->text[t->len] = '\0';
    return 0;
}

/* Where in the tail the line begins that ends before `end`. False: before the tail. */
static bool line_start(const Tail *t, size_t end, size_t *start)
{
    const char *nl = end ? memrchr(t->text, '\n', end) : NULL;
    *start = nl ? (size_t)(nl + 1 - t->text) : 0;
    return nl || t->at == 0;
}

/* --- appending --- */

static int mend(int fd, const char *path, bool (*whole)(const char *line, size_t len), int64_t *cut, Err *err)
{
    Tail t;
    size_t start;
    int rc = 0;
    if (read_tail(&t, fd)) {
        rc = err_set(err, "%s: %s", path, strerror(errno));
    } else if (!line_start(&t, t.len, &start)) {
        rc = err_set(err, "%s: its last line is longer than %d MiB", path, TAIL_BYTES >> 20);
    } else if (start < t.len) {
        bool keep = whole(t.text + start, t.len - start);
        *cut = keep ? 0 : (int64_t)(t.len - start);
        if (keep ? write(fd, "\n", 1) != 1 : ftruncate(fd, t.at + (int64_t)start))
            rc = err_set(err, "%s: %s", path, strerror(errno));
    }
    free(t.text);
    return rc;
}

FILE *tail_append(const char *path, bool (*whole)(const char *line, size_t len), int64_t *cut, Err *err)
{
    struct stat st;
    FILE *file = NULL;
    *cut = 0;
    bool regular = stat(path, &st) != 0 || S_ISREG(st.st_mode);
    int fd = open(path, (regular ? O_RDWR : O_WRONLY) | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (fd < 0) {
        err_set(err, "%s: %s", path, strerror(errno));
        return NULL;
    }
    if (!regular || !mend(fd, path, whole, cut, err)) {
        file = fdopen(fd, "a");
        if (!file)
            err_set(err, "%s: %s", path, strerror(errno));
    }
    if (!file)
        close(fd);
    return file;
}

/* --- the last line --- */

static char *last_line(const Tail *t, size_t *len)
{
    size_t end = t->len, start = 0;
    const char *nl;
    while ((nl = end ? memrchr(t->text, '\n', end) : NULL)) {
        end = (size_t)(nl - t->text);
        if (!line_start(t, end, &start))
            return NULL;
        if (line_is_blank(t->text + start, end - start))
            continue;
        *len = end - start - (t->text[end - 1] == '\r');
        return strndup(t->text + start, *len);
    }
    return NULL;
}

char *tail_line(const char *path, size_t *len)
{
    Tail t;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return NULL;
    char *line = read_tail(&t, fd) ? NULL : last_line(&t, len);
    free(t.text);
    close(fd);
    return line;
}
