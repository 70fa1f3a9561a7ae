/* Makes a dataset directory from an archive, which is a local file or on the network.
 *
 *   no DIR yet? ──► DIR.archive, downloaded ──► DIR.coco-part-PID, unpacked ──► checked ──► DIR ──► summary
 *                       (io/net/download.h)            (io/archive/unpack.h)     (as coco-train would)
 *
 * DIR appears complete or not at all. An interrupted download is resumed by the next run; a download is removed once
 * DIR is made, or once it proves useless. The user's own archive file stays. Main thread. */
#ifndef COCO_PIPELINE_DATASET_DATASET_FETCH_H
#define COCO_PIPELINE_DATASET_DATASET_FETCH_H

#include "io/base/err.h"
#include "io/net/http.h"
#include "pipeline/common/report.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

typedef struct {
    const char *name;        /* of the archive, for messages */
    const char *file;        /* a local archive; NULL: it is at the URLs */
    const char *const *urls; /* its mirrors, tried in order */
    int n_urls;
    const char *dir;
    const char *sha256; /* of the archive, 64 hexadecimal digits of either case; NULL: unknown */
    bool replace;       /* replace a DIR that exists, if everything in it belongs to a dataset */
    int64_t max_bytes;  /* of the archive, and of its unpacked content */
    HttpOptions http;
    FILE *out; /* for the summary */
} DatasetFetchOptions;

/* The course's archive, COCO 2014. */
DatasetFetchOptions dataset_fetch_defaults(void);

/* If DIR is already complete, as coco-train sees it, and not to be replaced, only the summary is written. When asked to
 * stop, leaves DIR as it was, keeps what it has downloaded, and returns 0. The summary comes last, so that a failure to
 * write it, which shows in ferror(out), loses nothing. */
int dataset_fetch(const DatasetFetchOptions *spec, const Report *report, Err *err);

#endif
