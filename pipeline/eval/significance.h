/* Whether files differ in their scores: their captions of the same images, compared (see model/score/resample.h). */
#ifndef COCO_PIPELINE_EVAL_SIGNIFICANCE_H
#define COCO_PIPELINE_EVAL_SIGNIFICANCE_H

#include "io/base/err.h"
#include "io/base/hash.h"
#include "model/score/resample.h"
#include "pipeline/eval/corpus.h"
#include "pipeline/eval/score_rows.h"

#include <stdint.h>

/* A file's counts, image by image. */
typedef struct {
    const char *file; /* borrowed */
    MetricList metrics;
    Hash *names; /* the images, as in the corpus; the arrays are by its numbers */
    double *counts;
    int64_t *captions;
} FileCounts;

/* -1: out of memory; to be freed all the same. */
int file_counts_make(FileCounts *counts, const char *file, const Corpus *corpus, const Scored *scored);
void file_counts_free(FileCounts *counts); /* safe on a zero-initialized one */

/* Fills difference (metrics_scores()) of b from a. -1: out of memory, or they have not captions of the same images,
 * or of one alone. Main thread. */
int significance_compare(const FileCounts *a, const FileCounts *b, int resamples, uint32_t seed,
                         Difference *difference, Err *err);

#endif
