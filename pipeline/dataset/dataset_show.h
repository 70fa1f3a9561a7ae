/* Shows what a dataset directory contains, or writes its ground truth as caption records for coco-render. */
#ifndef COCO_PIPELINE_DATASET_DATASET_SHOW_H
#define COCO_PIPELINE_DATASET_DATASET_SHOW_H

#include "io/base/err.h"
#include "pipeline/common/report.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

typedef struct {
    const char *dir;
    const char *split; /* NULL: all splits in the summary, val for records */
    int must_train;    /* fail, as coco-train would, without a split train with captions */
    FILE *out;
    bool allow_external; /* HDF5 files may keep arrays in other files */
} ShowSpec;

/* Lists every array with shape, type and size, every list with its number of lines, the vocabulary, and statistics of
 * the captions of each split. Reads the whole dataset and checks it as training would: -1 if it could not be trained
 * on. */
int show_summary(const ShowSpec *spec, const Report *report, Err *err);

/* Writes records of the first n images that have captions, or of n drawn at random with this seed: `caption` is the
 * image's first reference, `references` the others. Fewer if there are fewer. */
int show_records(const ShowSpec *spec, int64_t n, int random, int64_t seed, const Report *report, Err *err);

#endif
