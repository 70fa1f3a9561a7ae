/* The mean of a model's weights over the last K checks of its training (checkpoint averaging; Vaswani et al. 2017,
 * section 6.1, average the last 5 to 20):
 *
 *   check ──► the weights as they are are kept, the oldest of more than K forgotten ──► mean = Σ kept / n,  n <= K
 *
 * Training goes on from the weights themselves. With a mean, a model file (model_file.h) has besides
 *
 *   /params          the mean: what validations score and what captions
 *   /train/weights   the weights that training goes on from
 *   /train/average   groups 0 (the oldest) to n-1: the weights kept; n is /train's attribute average_checks
 *
 * Memory: K + 1 times the parameters. Main thread. */
#ifndef COCO_PIPELINE_MODEL_FILE_WEIGHT_AVERAGE_H
#define COCO_PIPELINE_MODEL_FILE_WEIGHT_AVERAGE_H

#include "io/base/err.h"
#include "io/hdf5/h5.h"
#include "model/tensors.h"
#include "pipeline/model_file/train_settings.h"

#include <stdint.h>

typedef struct {
    int64_t n; /* weights kept; 0: there is no mean */
    /* Owned; as many numbers as the model has. */
    real *kept[SETTING_AVERAGE_MAX]; /* (n), the oldest first */
    real *mean;
} WeightAverage;

/* Keeps the weights, of which at most `most` remain, and sets the mean: sums in double, the oldest first. -1: out of
 * memory. */
int average_add(WeightAverage *average, int64_t most, const Params *weights);
/* Reads average->n weights, and into weights->data those to go on from. -1: they are not there or not finite, or
 * there are more than `most`. */
int average_read(WeightAverage *average, int64_t most, const Params *weights, H5 *h5, Err *err);
/* Writes both below /train, if there is a mean. */
int average_write(const WeightAverage *average, const Params *weights, H5 *h5, Err *err);
void average_free(WeightAverage *average); /* safe on a zero-initialized one */

#endif
