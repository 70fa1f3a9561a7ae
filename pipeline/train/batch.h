/* Minibatches of a dataset, drawn in order and gathered ahead of the training loop. A BatchOrder is
 *
 *   random      B captions with replacement (the course: numpy.random.choice)
 *   shuffle     a new permutation of the captions every epoch, B at a time; the remainder is left out
 *   sequential  captions k·B ... k·B+B-1 in iteration k, wrapping around
 *
 * A BatchSource is used by one thread. */
#ifndef COCO_PIPELINE_TRAIN_BATCH_H
#define COCO_PIPELINE_TRAIN_BATCH_H

#include "io/base/err.h"
#include "io/data/dataset.h"
#include "model/base/rng.h"
#include "pipeline/model_file/train_settings.h"
#include "pipeline/train/share.h"

#include <stdbool.h>
#include <stdint.h>

/* The captions to train on: all of a dataset's, or some of them (--max-train). */
typedef struct {
    const Dataset *data;
    const int64_t *rows; /* (n) caption rows, or NULL for all */
    int64_t n;
} CaptionRows;

typedef struct {
    int n;             /* captions */
    int32_t *captions; /* (n, C) */
    float *features;   /* (n, D) */
    /* If the dataset was opened with its grid: those of each shard's different images, in the order of their first
     * captions. */
    float *grid;    /* (images, P, C) */
    int32_t *image; /* (n): which of them */
    int images;
    bool has_zeros; /* the features of some image are all zeros */
    /* Where the next batch continues from. With shuffle, while the epoch lasts: the generator before the epoch's
     * permutation; else the generator after this batch. */
    Rng rng;
    int64_t *index; /* (n) caption rows */
} Batch;

/* max(n // B, 1). */
int64_t batches_per_epoch(int64_t n, int batch_size);

/* Memory for one batch; batch_free frees. -1: out of memory. */
int batch_alloc(Batch *batch, const Dataset *data, int batch_size);
void batch_free(Batch *batch);
/* Fills captions, features and has_zeros of the rows batch->index (n): of those that are this rank's by `share`, in
 * their places. -1: a feature is not finite, or a word is out of range. Any thread. */
int batch_gather(const Dataset *data, const Share *share, Batch *batch, Err *err);

/* Words that are due in the captions of its rows: what their loss is a sum over. */
int64_t batch_words(const Dataset *data, const Batch *batch);

typedef struct BatchSource BatchSource;

/* The captions of each batch. */
int batches_rows(const CaptionRows *captions, BatchOrder order, int batch_size);

/* Starts batches at iteration `first` (from 0), without end. rng is the state after a fresh start's draws for
 * iteration 0, and the rng of batch k-1 for iteration k. */
BatchSource *batches_start(const CaptionRows *captions, BatchOrder order, int batch_size, const Share *share,
                           int64_t first, const Rng *rng, Err *err);
/* Borrowed until the next call. NULL: failed. */
const Batch *batches_next(BatchSource *source, Err *err);
void batches_stop(BatchSource *source); /* frees; NULL is legal */

#endif
