/* COCO's photographs and captions, from its official archives.
 *
 *   for each part:  DIR/NAME.zip, downloaded (io/net/download.h) ──► DIR/TARGET.coco-part-PID, unpacked ──► DIR/TARGET
 *
 * Each target appears complete or not at all, and what is there is not fetched again. An interrupted download is
 * resumed by the next run. Main thread. */
#ifndef COCO_PIPELINE_DATASET_COCO_FETCH_H
#define COCO_PIPELINE_DATASET_COCO_FETCH_H

#include "io/base/err.h"
#include "io/net/http.h"
#include "pipeline/common/report.h"
#include "pipeline/dataset/coco_archives.h"

#include <stdbool.h>
#include <stdio.h>

enum { COCO_PARTS_MAX = 4 };

typedef struct {
    const CocoArchive *archives[COCO_PARTS_MAX]; /* what to fetch, in this order */
    int n;
    const char *dir;
    const char *const *bases; /* mirrors, tried in order, instead of the official addresses; none: those */
    int n_bases;
    bool drop; /* remove an archive that was downloaded once it is unpacked */
    HttpOptions http;
    FILE *out; /* for the paths of the targets, one a line */
} CocoFetchOptions;

/* An archive that lies in DIR already, and that no earlier run has downloaded, is the user's: it is used, and stays.
 * When asked to stop, keeps what it has downloaded, and returns 0. With official addresses, whose sizes are known,
 * fails before the first download if the disk has too little space. */
int coco_fetch(const CocoFetchOptions *options, const Report *report, Err *err);

#endif
