/* Whether two systems differ in their scores, judged by captions of the same images.
 *
 * Each resample draws n of the n images with replacement and scores both systems on them: the middle 95 of 100 of the
 * differences are the interval (the paired bootstrap of Koehn 2004). p is the share of random exchanges, each image's
 * captions changing sides with probability 1/2, after which the scores differ at least as much as they do, either
 * way: (exceeding + 1) / (exchanges + 1) (approximate randomization: Noreen 1989; Riezler and Maxwell 2005, who find
 * that it errs less often than tests by bootstrap).
 *
 * Scores are always computed from summed counts: corpus BLEU is never a mean. The weights of CIDEr stay those of all
 * images.
 *
 * Random numbers are counter-based: the same bits for any number of threads. */
#ifndef COCO_MODEL_SCORE_RESAMPLE_H
#define COCO_MODEL_SCORE_RESAMPLE_H

#include "model/score/metrics.h"

#include <stdint.h>

/* A system's captions of each image. */
typedef struct {
    const double *counts;    /* (images, metrics_counts()), summed over the image's captions */
    const int64_t *captions; /* (images): how many those are, at least one */
} ImageCounts;

/* What a score of b is above that of a. */
typedef struct {
    double value, low, high, p;
} Difference;

/* Fills difference (metrics_scores()) from `resamples` resamples and as many exchanges. images and resamples are at
 * least 1. -1: out of memory. Main thread. */
int resample_compare(MetricList metrics, const ImageCounts *a, const ImageCounts *b, int64_t images, int resamples,
                     uint32_t seed, Difference *difference);

#endif
