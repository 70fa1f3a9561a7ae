/* The captioner's loss over a minibatch and its gradient: what an iteration of training computes.
 *
 * The loss is the cross-entropy of every word that is due (the next word of the caption, NULL excepted),
 * summed over words and rows and divided by the rows N. Computed as the layers of layers.h would, but
 *
 *   - nothing is computed behind a caption's last word: the recurrence at step t runs on the rows that
 *     are still alive, packed, and scores are computed where a word may be due;
 *   - x·Wx + b is computed once per distinct word of the minibatch, and backward sums the gradients of
 *     equal words before one product each for dWx and dW_embed;
 *   - scores, softmax and their gradient live in tiles and chunks: memory does not hold (N,T,V);
 *   - weight gradients are whole-sequence products.
 *
 * Tiles depend on the minibatch alone, each sum has one order: the same bits on any number of threads. */
#ifndef COCO_MODEL_LOSS_H
#define COCO_MODEL_LOSS_H

#include "model/captioner.h"
#include "model/gemm.h"

typedef struct LossWork LossWork;

/* Room for minibatches of up to N rows and T steps, whose products are of this precision. NULL: out of memory. All
 * that captioner_loss uses. */
LossWork *loss_work_new(const ModelShape *shape, int N, int T, Precision precision);
void loss_work_free(LossWork *work);

/* What a loss is computed for. */
typedef enum {
    LOSS_TRAINING,  /* the gradient too; this is where dropout applies */
    LOSS_VALIDATION /* the loss alone, of the whole network */
} LossMode;

typedef struct {
    const real *features;    /* (N,D) */
    const int32_t *captions; /* (N,T+1): words 0..V-1, checked by the caller */
    int N, T;                /* as in loss_work_new or less */
    LossMode mode;
    int64_t iteration; /* of training, from 1: counter-based random numbers (philox.h) are drawn for it */
} LossBatch;

/* The loss of a minibatch. In training, grads, of the same shape as params, is overwritten; else it may be NULL.
 * Main thread; parallel inside; allocates nothing. */
double captioner_loss(const Params *params, LossWork *work, const LossBatch *batch, Params *grads);

#endif
