/* Checks images that have arrived and puts them into the cache, on threads of its own: writing files to the disk
 * takes about as long as receiving them.
 *
 *   cache_writer_give ──► image_check ──► the file gets its name ──► cache_writer_next
 *
 * To be called from the main thread. The threads wake http_next when there is something to take. */
#ifndef COCO_PIPELINE_IMAGES_CACHE_WRITER_H
#define COCO_PIPELINE_IMAGES_CACHE_WRITER_H

#include "io/base/err.h"
#include "io/net/http.h"
#include "pipeline/images/image_check.h"
#include "pipeline/images/in_flight.h"

enum { CACHE_WRITER_MAX = 32 }; /* images it may hold */

typedef struct {
    ImageDownload *download; /* while the writer has it, its file is the writer's */
    char *url;               /* where it came from, after redirects */
    long code;
    int tries;
    int64_t bytes;
    ImageVerdict verdict;
    const char *why; /* it is not a good image */
    char *path;      /* IMAGE_GOOD: where it is now */
    Err broken;      /* the cache cannot be written; "" */
} WrittenImage;

typedef struct CacheWriter CacheWriter;

/* The engine is lent for http_wake. NULL: no threads or memory. */
CacheWriter *cache_writer_start(Http *http, Err *err);
/* Stops, and drops what it has not done yet. NULL is legal. */
void cache_writer_stop(CacheWriter *writer);
/* How many images have been given and not yet taken back. */
int cache_writer_pending(const CacheWriter *writer);
/* Gives it a download whose transfer is done, if fewer than CACHE_WRITER_MAX are pending. -1: out of memory. Work
 * starts when a few have been given, or with cache_writer_begin: waking a thread for each costs more than writing the
 * file. */
int cache_writer_give(CacheWriter *writer, const HttpResult *result);
/* Whether some wait for that; and starts the work. */
bool cache_writer_holds(const CacheWriter *writer);
void cache_writer_begin(CacheWriter *writer);
/* The earliest given, if it is done: 1, borrowed until the next call; else 0. With `wait` it waits for it, and 0 means
 * that none is pending. */
int cache_writer_next(CacheWriter *writer, bool wait, const WrittenImage **written);

#endif
