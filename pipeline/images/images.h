/* The images of caption records or URL lines: downloaded many at a time into the cache.
 *
 *   lines of files or stdin ──► cache? known dead? ──► http, many at a time ──► an image, and whole? ──► cache
 *            (input waits while the window is full)       └──► one status record a line, as each finishes
 *
 * One loop waits for the network and for more input at once, so that results flow while input still comes; a thread
 * beside it looks at what has come whole and writes it (pipeline/images/cache_writer.h). Memory is bounded by the images under way,
 * whatever the length of the stream; of each a megabyte is kept at most, what is above goes to disk as it arrives. A
 * URL that is asked for again while it is on its way is downloaded once. */
#ifndef COCO_PIPELINE_IMAGES_IMAGES_H
#define COCO_PIPELINE_IMAGES_IMAGES_H

#include "io/base/err.h"
#include "io/net/cache.h"
#include "io/net/http.h"
#include "pipeline/common/counts.h"
#include "pipeline/common/report.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

typedef struct {
    const char *const *inputs; /* paths, "-" for stdin; none is stdin */
    int n_inputs;
    bool retry_failed;   /* they are status records, of which those that failed are wanted */
    bool ordered;        /* records in the order of the input, not as they come */
    double negative_ttl; /* seconds for which a dead URL is not asked for again; 0: it is */
    const char *cache;   /* directory; NULL: the user's (io/net/cache.h) */
    int parallel;        /* transfers at once */
    HttpOptions http;
    FILE *out; /* takes the status records */
} ImagesSpec;

typedef struct {
    int64_t ok, cached, dead, failed; /* status records by their status */
    int64_t bad_lines;                /* lines that ask for no image; each had its warning */
    int64_t unsettled;                /* lines without a record: the run was stopped */
    int64_t bytes;                    /* downloaded */
    Tally reasons;                    /* of the dead and the failed */
} ImagesCount;

/* 16 at once; the dead are remembered for a day. */
ImagesSpec images_defaults(void);

/* Runs until the input ends and all is settled. An input that cannot be read is warned of, and counts as a bad line.
 * -1: the cache could not be written, or the output failed. 0 says that all lines have their record or their warning,
 * but for those unsettled, not that all images are there: see *count. */
int images_fetch(const ImagesSpec *spec, const Report *report, ImagesCount *count, Err *err);

/* The path of this URL's file in the cache, where it begins like an image: what a failing disk, a power failure or a
 * hand has made of one is downloaded anew. The caller frees; NULL: there is none. Any thread. */
char *images_find(const Cache *cache, const char *url);

/* The bytes of one image: from the cache, else downloaded, looked at, and stored there. `cache` may be NULL. Blocks;
 * any thread. The caller frees *bytes. -1: err says why ("HTTP 404", "an HTML page, not an image"). */
int images_get(const Cache *cache, HttpPool *pool, double negative_ttl, const char *url, char **bytes, size_t *len,
               Err *err);

#endif
