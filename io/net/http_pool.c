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

/* Through an idle engine, or else a new one. In *result, url is the caller's to free. */
static int get_from(HttpPool *pool, HttpHost *host, const char *url, Buffer *b, HttpResult *result, Err *err)
{
    Http *http = free_list_take(pool->idle);
    if (!http && !(http = http_open_shared(pool->hosts, &pool->options, 1, err)))
        return -1;
    int rc = get(http, &pool->options, url, b, result, err);
    if (result->unreachable)
        host_set_unreachable(pool->hosts, host, result->error);
    /* What is the engine's goes with it. */
    result->tag = NULL;
    result->error = result->reason = NULL;
    result->url = result->url ? strdup(result->url) : NULL;
    /* An engine whose transfer still runs would keep writing into a freed buffer. */
    if (http_pending(http) || !free_list_give(pool->idle, http))
        http_close(http);
    return rc;
}

int http_pool_get(HttpPool *pool, const char *url, char **bytes, size_t *len, HttpResult *result, Err *err)
{
    Buffer b = {NULL, 0, 0};
    HttpResult r = {.outcome = HTTP_FAILED};
    HttpHost *host = hosts_find(pool->hosts, url);
    if (host)
        r.unreachable = host_is_unreachable(pool->hosts, host, err);
    else
        err_set(err, "out of memory");
    int rc = host && !r.unreachable ? get_from(pool, host, url, &b, &r, err) : -1;
    hosts_release(pool->hosts, host);
    if (result)
        *result = r;
    else
        free((char *)r.url);
    if (rc) {
        free(b.bytes);
        return -1;
    }
    b.bytes[b.len] = '\0';
    *bytes = b.bytes;
    *len = b.len;
    return 0;
}
