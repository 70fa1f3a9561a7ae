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
    const char *split; /* NULL: all splits in the summary, show_records' own for records */
    int must_train;    /* fail, as coco-train would, without a split train with captions */
    FILE *out;
    bool allow_external; /* HDF5 files may keep arrays in other files */
} ShowSpec;

/* Lists every array with shape, type and size, every list with its number of lines, the vocabulary, and statistics of
 * the captions of each split. Reads the whole dataset and checks it as training would: -1 if it could not be trained
 * on. */
int show_summary(const ShowSpec *spec, const Report *report, Err *err);

typedef enum {
    SHOW_FIRST,    /* the first n images that have captions */
    SHOW_RANDOM,   /* n of them at random; fewer if there are fewer */
    SHOW_MINIBATCH /* n captions, drawn with replacement: the course's sample_coco_minibatch, with NumPy's numbers */
} ShowChoice;

typedef struct {
    int64_t n;
    ShowChoice choice;
    int64_t seed;
} ShowRecords;

/* Writes ground truth as records, an image or a caption each: `caption` is the image's first reference, or the caption
 * drawn, and `references` are its others, all as training sees them. The split is val, of a minibatch train, unless the spec names one. */
int show_records(const ShowSpec *spec, const ShowRecords *what, const Report *report, Err *err);

#endif
