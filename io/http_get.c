/* One download into memory: the engine of io/http.c with a buffer for a sink. */
#include "io/http.h"

#include "io/err.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    char *bytes;
    size_t len, room;
} Buffer;

static int buffer_restart(void *tag)
{
    Buffer *b = tag;
    b->len = 0;
    return 0;
}

static int buffer_write(void *tag, const void *bytes, size_t n)
{
    Buffer *b = tag;
    if (b->room - b->len <= n) {
        size_t room = b->room ? b->room : 65536;
        while (room - b->len <= n)
            room *= 2;
        char *grown = realloc(b->bytes, room);
        if (!grown)
            return -1;
        b->bytes = grown;
        b->room = room;
    }
    memcpy(b->bytes + b->len, bytes, n);
    b->len += n;
    return 0;
}

int http_get(const char *url, const HttpOptions *options, char **bytes, size_t *len, HttpResult *result,
             char *err, size_t errlen)
{
    Buffer b = {NULL, 0, 0};
    HttpResult r = {.outcome = HTTP_FAILED, .error = "stopped"};
    HttpSink sink = {buffer_restart, buffer_write};
    Http *http = http_open(options, 1, err, errlen);
    int rc = http ? http_add(http, url, sink, &b, err, errlen) : -1;
    while (rc == 0 && http_pending(http) && !(options->stop && *options->stop))
        if (http_next(http, &r, 1, -1, err, errlen) < 0)
            rc = -1;
    if (rc == 0 && r.outcome == HTTP_REFUSED)
        rc = err_set(err, errlen, "out of memory");
    else if (rc == 0 && r.outcome != HTTP_DONE)
        rc = err_set(err, errlen, "%s", r.error);
    if (rc == 0 && !b.bytes)
        rc = buffer_write(&b, "", 0) ? err_set(err, errlen, "out of memory") : 0;
    http_close(http);
    if (result)
        *result = (HttpResult){.outcome = r.outcome, .code = r.code, .bytes = r.bytes, .tries = r.tries, .error = ""};
    if (rc) {
        free(b.bytes);
        return -1;
    }
    b.bytes[b.len] = '\0';
    *bytes = b.bytes;
    *len = b.len;
    return 0;
}
