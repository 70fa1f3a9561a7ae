#include "pipeline/store.h"

#include "pipeline/pipe.h"

#include <stdlib.h>
#include <string.h>
#include <threads.h>

/* The pool: all that may be pending, one in the caller's hands, one being taken. And how many make a few. */
enum { DEPTH = STORE_MAX + 2, FEW = 8 };

struct Store {
    Http *http;
    Pipe *pipe;
    Stored pool[DEPTH];
    int pending, held; /* held: given since work was begun */
    mtx_t lock;    /* guards the rest */
    cnd_t given;
    Stored queue[STORE_MAX]; /* from..to, of which number i is at i % STORE_MAX */
    unsigned from, to;
    bool closed;
};

/* Waits for something to do. Before that, whoever waits for us is woken: the item before this one is ready by now. */
static int take(void *ctx, void *item, char *err, size_t errlen)
{
    Store *store = ctx;
    Stored *stored = item;
    (void)err, (void)errlen;
    free(stored->url);
    free(stored->path);
    *stored = (Stored){.job = NULL};
    mtx_lock(&store->lock);
    if (store->from == store->to)
        http_wake(store->http);
    while (store->from == store->to && !store->closed)
        cnd_wait(&store->given, &store->lock);
    int more = !store->closed;
    if (more)
        *stored = store->queue[store->from++ % STORE_MAX];
    mtx_unlock(&store->lock);
    return more;
}

/* A cache that cannot be written is told with the item, for the caller to end the run. */
static int put_away(void *ctx, void *item, char *err, size_t errlen)
{
    Stored *s = item;
    size_t len;
    (void)ctx, (void)err, (void)errlen;
    const void *bytes = cache_look(&s->job->file, &len, s->broken, sizeof s->broken);
    if (!bytes)
        return 0;
    s->verdict = verdict_of(s->url, bytes, len, &s->why);
    if (s->verdict == VERDICT_IMAGE)
        (void)cache_commit(&s->job->file, &s->path, s->broken, sizeof s->broken);
    return 0;
}

Store *store_start(Http *http, char *err, size_t errlen)
{
    Store *store = calloc(1, sizeof *store);
    if (!store || mtx_init(&store->lock, mtx_plain) != thrd_success) {
        free(store);
        err_set(err, errlen, "out of memory");
        return NULL;
    }
    store->http = http;
    if (cnd_init(&store->given) != thrd_success) {
        mtx_destroy(&store->lock);
        free(store);
        err_set(err, errlen, "out of memory");
        return NULL;
    }
    PipeSpec spec = {.take = take, .work = put_away, .ctx = store, .items = store->pool,
                     .item_size = sizeof *store->pool, .depth = DEPTH, .workers = 1};
    store->pipe = pipe_start(&spec, err, errlen);
    if (!store->pipe) {
        store_stop(store);
        return NULL;
    }
    return store;
}

void store_stop(Store *store)
{
    if (!store)
        return;
    mtx_lock(&store->lock);
    store->closed = true;
    cnd_signal(&store->given);
    mtx_unlock(&store->lock);
    pipe_stop(store->pipe);
    for (int i = 0; i < DEPTH; i++) {
        free(store->pool[i].url);
        free(store->pool[i].path);
    }
    for (; store->from != store->to; store->from++)
        free(store->queue[store->from % STORE_MAX].url);
    cnd_destroy(&store->given);
    mtx_destroy(&store->lock);
    free(store);
}

int store_pending(const Store *store)
{
    return store->pending;
}

int store_give(Store *store, const HttpResult *r)
{
    Stored s = {.job = r->tag, .url = strdup(r->url), .code = r->code, .tries = r->tries, .bytes = r->bytes};
    if (!s.url)
        return -1;
    mtx_lock(&store->lock);
    store->queue[store->to++ % STORE_MAX] = s;
    mtx_unlock(&store->lock);
    store->pending++;
    if (++store->held >= FEW)
        store_begin(store);
    return 0;
}

bool store_holds(const Store *store)
{
    return store->held > 0;
}

void store_begin(Store *store)
{
    cnd_signal(&store->given);
    store->held = 0;
}

int store_next(Store *store, bool wait, const Stored **stored)
{
    void *item;
    if (wait && store->held)
        store_begin(store);
    if (!store->pending || (!wait && !pipe_ready(store->pipe)) || pipe_next(store->pipe, &item, NULL, 0) <= 0)
        return 0;
    store->pending--;
    *stored = item;
    return 1;
}
