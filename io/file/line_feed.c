#include "io/file/line_feed.h"

#include "io/base/err.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 1 << 20, CHUNK = 65536 };

struct Feed {
    const char *const *path;
    int n, next;    /* inputs; the next to open */
    int fd;         /* -1: none is open */
    int ended;      /* the open one has no more bytes */
    int passing;    /* passing over the rest of a line that is too long */
    int64_t number; /* of the last line */
    char *text;     /* LINE_MAX_BYTES + CHUNK; unread bytes are from..to */
    size_t from, to;
    char place[512];
};

Feed *feed_open(const char *const *paths, int n, Err *err)
{
    Feed *feed = calloc(1, sizeof *feed);
    if (feed)
        feed->text = malloc(LINE_MAX_BYTES + CHUNK);
    if (!feed || !feed->text) {
        free(feed);
        err_set(err, "out of memory");
        return NULL;
    }
    feed->path = paths;
    feed->n = n;
    feed->fd = -1;
    return feed;
}

static void leave(Feed *feed)
{
    if (feed->fd > STDIN_FILENO)
        close(feed->fd);
    feed->fd = -1;
}

void feed_close(Feed *feed)
{
    if (!feed)
        return;
    leave(feed);
    free(feed->text);
    free(feed);
}

int feed_fd(const Feed *feed)
{
    return feed->fd;
}

const char *feed_place(const Feed *feed)
{
    return feed->place;
}

static const char *name(const Feed *feed)
{
    const char *path = feed->path[feed->next - 1];
    return strcmp(path, "-") ? path : "standard input";
}

static int enter(Feed *feed, Err *err)
{
    const char *path = feed->path[feed->next++];
    feed->fd = strcmp(path, "-") ? open(path, O_RDONLY | O_CLOEXEC) : STDIN_FILENO;
    feed->from = feed->to = 0;
    feed->ended = feed->passing = 0;
    feed->number = 0;
    if (feed->fd < 0 && errno == ENOENT && strstr(path, "://"))
        return err_set(err, "%s: no such file; URLs are lines, of a file or of standard input", path);
    return feed->fd < 0 ? err_set(err, "%s: %s", path, strerror(errno)) : 0;
}

/* Reads what is there. FEED_LINE stands for: look again. */
static FeedAnswer fill(Feed *feed, Err *err)
{
    struct pollfd p = {.fd = feed->fd, .events = POLLIN};
    if (poll(&p, 1, 0) == 0)
        return FEED_NOT_YET;
    memmove(feed->text, feed->text + feed->from, feed->to - feed->from);
    feed->to -= feed->from;
    feed->from = 0;
    ssize_t n = read(feed->fd, feed->text + feed->to, CHUNK);
    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        return FEED_NOT_YET;
    if (n < 0) {
        err_set(err, "%s: %s", name(feed), strerror(errno));
        leave(feed);
        return FEED_BAD;
    }
    feed->ended = n == 0;
    feed->to += (size_t)n;
    return FEED_LINE;
}

/* A whole line among the unread bytes, or the unended last one. NULL: none yet. */
static const char *cut_line(Feed *feed, size_t *len)
{
    char *start = feed->text + feed->from;
    size_t n = feed->to - feed->from;
    char *nl = memchr(start, '\n', n);
    if (!nl && !(feed->ended && n > 0))
        return NULL;
    *len = nl ? (size_t)(nl - start) : n;
    feed->from += *len + (nl ? 1 : 0);
    if (*len > 0 && start[*len - 1] == '\r')
        --*len;
    return start;
}

static int blank(const char *line, size_t len)
{
    while (len > 0 && isspace((unsigned char)line[len - 1]))
        len--;
    return len == 0;
}

FeedAnswer feed_next(Feed *feed, const char **line, size_t *len, Err *err)
{
    for (;;) {
        if (feed->fd < 0 && feed->next == feed->n)
            return FEED_END;
        if (feed->fd < 0 && enter(feed, err))
            return FEED_BAD;
        if ((*line = cut_line(feed, len))) {
            feed->number++;
            snprintf(feed->place, sizeof feed->place, "%s: line %lld", name(feed), (long long)feed->number);
            if (feed->passing || blank(*line, *len)) {
                feed->passing = 0;
                continue;
            }
            return FEED_LINE;
        }
        if (feed->ended) {
            leave(feed);
            continue;
        }
        if (feed->to - feed->from >= LINE_MAX_BYTES) {
            feed->from = feed->to;
            if (!feed->passing) {
                feed->passing = 1;
                err_set(err, "%s: line %lld: longer than %d bytes", name(feed), (long long)feed->number + 1,
                        LINE_MAX_BYTES);
                return FEED_BAD;
            }
        }
        FeedAnswer answer = fill(feed, err);
        if (answer != FEED_LINE)
            return answer;
    }
}
