/* Downloads into memory, from any thread. */
#include "io/net/http.h"

#include "io/base/err.h"
#include "io/base/free_list.h"
#include "io/net/http_host.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    char *bytes;
    size_t len, room;
} Buffer;

static int buffer_restart(void *tag, HttpRange *range)
{
    Buffer *b = tag;
    (void)range;
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

/* One download, through an engine that does nothing else meanwhile. */
static int get(Http *http, const HttpOptions *options, const char *url, Buffer *b, HttpResult *r, Err *err)
{
    HttpSink sink = {.restart = buffer_restart, .write = buffer_write};
    *r = (HttpResult){.outcome = HTTP_FAILED, .error = "stopped"};
    if (http_add(http, url, sink, b, err))
        return -1;
    while (http_pending(http) && !(options->stop && *options->stop))
        if (http_next(http, r, 1, -1, err) < 0)
            return -1;
    if (r->outcome == HTTP_REFUSED)
        return err_set(err, "out of memory");
    if (r->outcome != HTTP_DONE)
        return err_set(err, "%s", r->error);
    return b->bytes || !buffer_write(b, "", 0) ? 0 : err_set(err, "out of memory");
}

/* The same, with everything that the caller of http_pool_get wants. */
static int get_bytes(Http *http, const HttpOptions *options, const char *url, char **bytes, size_t *len,
                     HttpResult *result, Err *err)
{
    Buffer b = {NULL, 0, 0};
    HttpResult r;
    int rc = get(http, options, url, &b, &r, err);
    if (result) {
        *result = r;
        result->tag = NULL;
        result->error = result->reason = NULL; /* the engine's, which may be closed by then */
        result->url = r.url ? strdup(r.url) : NULL;
    }
    if (rc) {
        free(b.bytes);
        return -1;
    }
    b.bytes[b.len] = '\0';
    *bytes = b.bytes;
    *len = b.len;
    return 0;
}

struct HttpPool {
    HttpOptions options;
    HttpHosts *hosts; /* shared by all engines */
    FreeList *idle;   /* engines */
};

HttpPool *http_pool_open(const HttpOptions *options, Err *err)
{
    HttpPool *pool = calloc(1, sizeof *pool);
    if (pool) {
        pool->options = *options;
        pool->hosts = hosts_new();
        pool->idle = free_list_new();
    }
    if (!pool || !pool->hosts || !pool->idle) {
        http_pool_close(pool);
        err_set(err, "out of memory");
        return NULL;
    }
    return pool;
}

static void close_engine(void *http)
{
    http_close(http);
}

void http_pool_close(HttpPool *pool)
{
    if (!pool)
        return;
    free_list_free(pool->idle, close_engine);
    hosts_free(pool->hosts);
    free(pool);
}

int http_pool_get(HttpPool *pool, const char *url, char **bytes, size_t *len, HttpResult *result, Err *err)
{
    Http *http = free_list_take(pool->idle);
    if (!http && !(http = http_open_shared(pool->hosts, &pool->options, 1, err)))
        return -1;
    int rc = get_bytes(http, &pool->options, url, bytes, len, result, err);
    /* An engine whose transfer still runs would go on to write to a buffer that is gone. */
    if (http_pending(http) || !free_list_give(pool->idle, http))
        http_close(http);
    return rc;
}
