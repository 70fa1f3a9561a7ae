/* What is in a dataset directory, for people; or its ground truth as caption records, for coco-render. */
#ifndef COCO_PIPELINE_DATASET_DATASET_SHOW_H
#define COCO_PIPELINE_DATASET_DATASET_SHOW_H

#include "io/base/err.h"
#include "pipeline/common/report.h"

#include <stdint.h>
#include <stdio.h>

typedef struct {
    const char *dir;
    const char *split; /* NULL: all of them in the summary, val for records */
    int must_train;    /* the summary fails, as coco-train would, where there is no split train with captions */
    FILE *out;
} ShowSpec;

/* Every array with shape, type and size, every list with its lines, the vocabulary, and what the captions of
 * each split are like. The dataset is read whole and checked as training would check it: -1 with a line where
 * it could not be trained on. */
int show_summary(const ShowSpec *spec, const Report *report, Err *err);

/* Records of the first n images that have captions, or of n drawn at random with this seed: `caption` is the
 * image's first reference, `references` the others. Fewer where there are fewer. */
int show_records(const ShowSpec *spec, int64_t n, int random, int64_t seed, const Report *report, Err *err);

#endif
