/* Minibatches of a dataset, drawn in order and gathered ahead of the training loop.
 *
 *   random      B captions with replacement (the course: numpy.random.choice)
 *   shuffle     a permutation of the captions every epoch, B at a time, the remainder left out
 *   sequential  captions k·B ... k·B+B-1 in iteration k, wrapping
 *
 * The source is the caller's, on one thread; a Batch is borrowed until the next is asked for. */
#ifndef COCO_PIPELINE_TRAIN_BATCH_H
#define COCO_PIPELINE_TRAIN_BATCH_H

#include "io/base/err.h"
#include "io/data/dataset.h"
#include "model/rng.h"

#include <stdint.h>

typedef enum { ORDER_RANDOM, ORDER_SHUFFLE, ORDER_SEQUENTIAL } Order;

/* Captions of a dataset: all, or some of them (--max-train). */
typedef struct {
    const Dataset *data;
    const int64_t *rows; /* (n) caption rows, or NULL for all */
    int64_t n;
} Captions;

typedef struct {
    int n;             /* captions */
    int32_t *captions; /* (n, C) */
    float *features;   /* (n, D) */
    /* What to go on from behind this batch: with shuffle the generator before the epoch's permutation
     * while the epoch lasts, else the generator as it is. */
    Rng rng;
    int64_t *index; /* (n) caption rows */
} Batch;

/* max(n // B, 1). */
int64_t batches_per_epoch(int64_t n, int batch_size);

/* Memory for one batch; batch_free frees. */
int batch_alloc(Batch *batch, const Dataset *data, int batch_size);
void batch_free(Batch *batch);
/* Fills captions and features of the rows batch->index (n). -1: a feature is not finite, a word out of
 * range. Any thread. */
int batch_gather(const Dataset *data, Batch *batch, Err *err);

typedef struct BatchSource BatchSource;

/* Batches of iterations `first` (from 0) on, without end. rng is as a Batch's: for a fresh start, what the
 * start left; for iteration k > 0, what batch k-1 said. */
BatchSource *batches_start(const Captions *captions, Order order, int batch_size, int64_t first, const Rng *rng,
                           Err *err);
const Batch *batches_next(BatchSource *source, Err *err); /* NULL: failed */
void batches_stop(BatchSource *source);                   /* NULL is legal */

#endif
