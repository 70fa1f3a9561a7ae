/* A dataset out of an archive, from the network or from a file that is here.
 *
 *   DIR there? ──► DIR.archive, downloaded ──► DIR.coco-part-PID, unpacked ──► checked ──► DIR ──► summary
 *                      (io/net/download.h)           (io/archive/archive.h)     (as coco-train would)
 *
 * DIR appears whole or not at all. The download is resumed by the next run and removed once DIR is there, or once it
 * has turned out to be of no use; an archive that was a file of the user's stays. Main thread. */
#ifndef COCO_PIPELINE_DATASET_DATASET_FETCH_H
#define COCO_PIPELINE_DATASET_DATASET_FETCH_H

#include "io/base/err.h"
#include "io/net/http.h"
#include "pipeline/common/report.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

typedef struct {
    const char *name;        /* what messages call the archive */
    const char *file;        /* it is this file; NULL: */
    const char *const *urls; /* its mirrors, tried in order */
    int n_urls;
    const char *dir;
    const char *sha256; /* of the archive, 64 hexadecimal digits of either case; NULL: it is not known */
    bool replace;       /* a DIR that is there is made anew, where all in it is a dataset's own */
    int64_t max_bytes;  /* of the archive, and of all that it unpacks to */
    HttpOptions http;
    FILE *out; /* takes the summary */
} DatasetFetchSpec;

/* The course's archive. */
DatasetFetchSpec dataset_fetch_defaults(void);

/* Whether the text is a SHA-256 as above. */
bool dataset_fetch_digest(const char *text);

/* A DIR that is whole, as coco-train sees it, is only summed up, unless it is to be replaced. Asked to stop, it leaves
 * DIR as it was, keeps what it has downloaded, and returns 0. The summary comes last: a failure to write it, which the
 * stream tells, loses nothing. */
int dataset_fetch(const DatasetFetchSpec *spec, const Report *report, Err *err);

#endif
