/* Downloads the images of caption records or URL lines into the cache, many at a time.
 *
 *   lines of files or stdin ──► cached? known dead? ──► http, many at a time ──► image_check ──► cache
 *        (input waits while the window is full)    └──► a status record per line, as each finishes
 *
 * One loop waits for the network and for more input at once, so that results appear while input still comes. A second
 * thread checks and writes what has arrived (pipeline/images/cache_writer.h). Memory is bounded by the images in
 * flight, however long the input: at most a megabyte of each, the rest goes to disk as it arrives. A URL that is
 * asked for again while it is in flight is downloaded once. */
#ifndef COCO_PIPELINE_IMAGES_IMAGE_FETCH_H
#define COCO_PIPELINE_IMAGES_IMAGE_FETCH_H

#include "io/base/err.h"
#include "io/net/http.h"
#include "pipeline/common/counts.h"
#include "pipeline/common/report.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

typedef struct {
    const char *const *inputs; /* paths, "-" for stdin; none: stdin */
    int n_inputs;
    bool retry_failed;   /* the input is status records; take those that failed */
    bool ordered;        /* records in input order, not as they finish */
    double negative_ttl; /* seconds for which a dead URL is not asked for again; 0: it always is */
    const char *cache;   /* directory; NULL: the user's (io/net/cache.h) */
    const char *save_to; /* a directory for copies with readable names (image_save.h), which is made; NULL: none */
    int parallel;        /* transfers at once */
    HttpOptions http;
    FILE *out; /* for the status records */
} ImageFetchOptions;

typedef struct {
    int64_t ok, cached, dead, failed; /* status records by their status */
    int64_t bad_lines;                /* lines without a URL and inputs that cannot be read; a warning for each */
    int64_t unsettled;                /* lines that have no record because the run was stopped */
    int64_t bytes;                    /* downloaded */
    TextCounts reasons;               /* of the dead and the failed */
} ImageFetchCount;

/* 16 transfers at once; dead URLs are remembered for a day. */
ImageFetchOptions image_fetch_defaults(void);

/* Runs until the input ends and every line has its record or its warning, or until asked to stop. -1: the cache or the
 * output cannot be written. 0 does not mean that all images are there: see *count. Main thread. */
int image_fetch(const ImageFetchOptions *spec, const Report *report, ImageFetchCount *count, Err *err);

#endif
