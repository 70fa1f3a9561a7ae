/* What has come whole from the network is looked at and put into the cache, on a thread of its own: writing files takes
 * about as long as receiving them.
 *
 *   store_give ──► verdict ──► the file gets its name ──► store_next
 *
 * Main thread, but for what happens between; whoever waits in http_next is woken when there is something to take. */
#ifndef COCO_PIPELINE_IMAGES_CACHE_WRITER_H
#define COCO_PIPELINE_IMAGES_CACHE_WRITER_H

#include "io/base/err.h"
#include "io/net/http.h"
#include "pipeline/images/image_check.h"
#include "pipeline/images/in_flight.h"

enum { STORE_MAX = 32 }; /* under way at most */

typedef struct {
    Job *job;  /* its file is the store's meanwhile */
    char *url; /* where it came from at last */
    long code;
    int tries;
    int64_t bytes;
    Verdict verdict;
    const char *why; /* it is no image, or no whole one */
    char *path;      /* VERDICT_IMAGE: where it is now */
    Err broken;      /* the cache cannot be written; "" */
} Stored;

typedef struct Store Store;

/* The engine is lent for http_wake. NULL: no thread or memory. */
Store *store_start(Http *http, Err *err);
/* Ends, without what is still under way. NULL is legal. */
void store_stop(Store *store);
/* How many have been given and not yet been taken. */
int store_pending(const Store *store);
/* Takes a job on whose transfer is done. Only where fewer than STORE_MAX are pending. -1: out of memory. Work begins
 * when a few are there, or with store_begin: waking a thread for each costs more than writing the file. */
int store_give(Store *store, const HttpResult *result);
/* Whether some wait for that; and now it begins. */
bool store_holds(const Store *store);
void store_begin(Store *store);
/* The first that was given and is done: 1, borrowed until the next call. 0: it is not, with `wait` there is none. */
int store_next(Store *store, bool wait, const Stored **stored);

#endif
