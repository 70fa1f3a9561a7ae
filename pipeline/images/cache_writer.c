#include "pipeline/images/cache_writer.h"

#include "pipeline/common/pipe.h"

#include <stdlib.h>
#include <string.h>

/* The pool: all that may be pending, and one in the caller's hands. And how many make a few. */
enum { DEPTH = STORE_MAX + 1, FEW = 8 };

struct Store {
    Http *http;
    Pipe *pipe;
    Stored pool[DEPTH];
    int pending, held; /* held: given since work was begun */
};

/* Whoever waits for the network also waits for us. */
static void wake_caller(void *ctx)
{
    http_wake(((Store *)ctx)->http);
}

/* A cache that cannot be written is told with the item, for the caller to end the run. */
static int put_away(void *ctx, void *item, Err *err)
{
    Stored *s = item;
    size_t len;
    (void)ctx, (void)err;
    const void *bytes = cache_look(&s->job->file, &len, &s->broken);
    if (!bytes)
        return 0;
    s->verdict = verdict_of(s->url, bytes, len, &s->why);
    if (s->verdict == VERDICT_IMAGE)
        (void)cache_commit(&s->job->file, &s->path, &s->broken);
    return 0;
}

Store *store_start(Http *http, Err *err)
{
    Store *store = calloc(1, sizeof *store);
    if (!store) {
        err_set(err, "out of memory");
        return NULL;
    }
    store->http = http;
    PipeSpec spec = {.work = put_away,
                     .idle = wake_caller,
                     .ctx = store,
                     .items = store->pool,
                     .item_size = sizeof *store->pool,
                     .depth = DEPTH,
                     .workers = 1};
    store->pipe = pipe_start(&spec, err);
    if (!store->pipe) {
        free(store);
        return NULL;
    }
    return store;
}

void store_stop(Store *store)
{
    if (!store)
        return;
    pipe_stop(store->pipe);
    for (int i = 0; i < DEPTH; i++) {
        free(store->pool[i].url);
        free(store->pool[i].path);
    }
    free(store);
}

int store_pending(const Store *store)
{
    return store->pending;
}

int store_give(Store *store, const HttpResult *r)
{
    Stored *s = pipe_free(store->pipe);
    char *url = s ? strdup(r->url) : NULL;
    if (!url)
        return -1;
    free(s->url);
    free(s->path);
    *s = (Stored){.job = r->tag, .url = url, .code = r->code, .tries = r->tries, .bytes = r->bytes};
    store->pending++;
    store->held = store->held + 1 < FEW ? store->held + 1 : 0;
    pipe_give(store->pipe, store->held == 0);
    return 0;
}

bool store_holds(const Store *store)
{
    return store->held > 0;
}

void store_begin(Store *store)
{
    pipe_wake(store->pipe);
    store->held = 0;
}

int store_next(Store *store, bool wait, const Stored **stored)
{
    void *item;
    if (wait && store->held)
        store_begin(store);
    if (!store->pending || (!wait && !pipe_ready(store->pipe)) || pipe_next(store->pipe, &item, NULL) <= 0)
        return 0;
    store->pending--;
    *stored = item;
    return 1;
}
