/* Brings a network into the user's cache, and lists those that are known.
 *
 *   cnn/NAME.onnx.fetch, downloaded and resumed (io/net/download.h) ──► its digest is right ──► cnn/NAME.onnx
 *
 * Main thread. */
#ifndef COCO_PIPELINE_FEATURES_CNN_FETCH_H
#define COCO_PIPELINE_FEATURES_CNN_FETCH_H

#include "io/base/err.h"
#include "io/net/http.h"
#include "pipeline/common/report.h"

#include <stdio.h>

typedef struct {
    const char *name;
    const char *const *urls; /* instead of the table's (cnn_list.h); needed for a name that it lacks */
    int n_urls;
    const char *sha256; /* for a name that the table lacks; NULL: unknown */
    HttpOptions http;   /* max_bytes limits the file */
    FILE *out;          /* for the path */
} CnnFetchOptions;

/* Writes the path of the network, which is then in the cache, to `out`. One that is there is not downloaded again; it
 * is an error if its digest is wrong. When asked to stop, keeps what it has downloaded for the next run and returns
 * 0. */
int cnn_fetch(const CnnFetchOptions *options, const Report *report, Err *err);

/* Writes a table of the known networks. */
int cnn_fetch_list(FILE *out, Err *err);

#endif
