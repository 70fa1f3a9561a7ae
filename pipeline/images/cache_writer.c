#include "pipeline/images/cache_writer.h"

#include "pipeline/common/pipe.h"

#include <stdlib.h>
#include <string.h>

/* The pool holds all that may be pending and one in the caller's hands. */
enum { DEPTH = CACHE_WRITER_MAX + 1, FEW = 8 };
/* They wait for the disk: on ext4, 1000 files take 7 s with one thread and 1.3 s with four, whose syncs are one. */
enum { WRITERS = 4 };

struct CacheWriter {
    Http *http;
    Pipe *pipe;
    WrittenImage pool[DEPTH];
    int pending, held; /* held: given since work was last started */
};

/* The caller waits for the network and for us at once. */
static void wake_caller(void *ctx)
{
    http_wake(((CacheWriter *)ctx)->http);
}

/* A cache that cannot be written is reported with the item, so that the caller can end the run. */
static int check_and_write(void *ctx, void *item, Err *err)
{
    WrittenImage *w = item;
    size_t len;
    (void)ctx, (void)err;
    const void *bytes = cache_look(&w->download->file, &len, &w->broken);
    if (!bytes)
        return 0;
    w->verdict = image_check(w->url, bytes, len, &w->why);
    if (w->verdict == IMAGE_GOOD)
        (void)cache_commit(&w->download->file, &w->path, &w->broken);
    return 0;
}

CacheWriter *cache_writer_start(Http *http, Err *err)
{
    CacheWriter *writer = calloc(1, sizeof *writer);
    if (!writer) {
        err_set(err, "out of memory");
        return NULL;
    }
    writer->http = http;
    PipeSpec spec = {.work = check_and_write,
                     .idle = wake_caller,
                     .ctx = writer,
                     .items = writer->pool,
                     .item_size = sizeof *writer->pool,
                     .depth = DEPTH,
                     .workers = WRITERS};
    writer->pipe = pipe_start(&spec, err);
    if (!writer->pipe) {
        free(writer);
        return NULL;
    }
    return writer;
}

void cache_writer_stop(CacheWriter *writer)
{
    if (!writer)
        return;
    pipe_stop(writer->pipe);
    for (int i = 0; i < DEPTH; i++) {
        free(writer->pool[i].url);
        free(writer->pool[i].path);
    }
    free(writer);
}

int cache_writer_pending(const CacheWriter *writer)
{
    return writer->pending;
}

int cache_writer_give(CacheWriter *writer, const HttpResult *r)
{
    WrittenImage *w = pipe_free(writer->pipe);
    char *url = w ? strdup(r->url) : NULL;
    if (!url)
        return -1;
    free(w->url);
    free(w->path);
    *w = (WrittenImage){.download = r->tag, .url = url, .code = r->code, .tries = r->tries, .bytes = r->bytes};
    writer->pending++;
    writer->held = writer->held + 1 < FEW ? writer->held + 1 : 0;
    pipe_give(writer->pipe, writer->held == 0);
    return 0;
}

bool cache_writer_holds(const CacheWriter *writer)
{
    return writer->held > 0;
}

void cache_writer_begin(CacheWriter *writer)
{
    pipe_wake(writer->pipe);
    writer->held = 0;
}

int cache_writer_next(CacheWriter *writer, bool wait, const WrittenImage **written)
{
    void *item;
    if (wait && writer->held)
        cache_writer_begin(writer);
    if (!writer->pending || (!wait && !pipe_ready(writer->pipe)) || pipe_next(writer->pipe, &item, NULL) <= 0)
        return 0;
    writer->pending--;
    *written = item;
    return 1;
}
