/* The captioner's loss over a minibatch and its gradient: one iteration of training.
 *
 *   L = 1/N Σ_r weight_r Σ_t -log softmax(scores_rt)[word_r,t+1]
 *
 * over the rows r and the steps t at which a word is due, that is, has to be predicted: all but <NULL>. It equals what
 * the layers of layers.h give, but
 *
 *   - nothing is computed after a caption's last word: the recurrence at step t runs on the rows that
 *     are still alive, packed, and scores are computed only where a word may be due;
 *   - x·Wx + b is computed once per distinct word of the minibatch, and backward sums the gradients of
 *     equal words before one product each for dWx and dW_embed;
 *   - scores, softmax and their gradient live in tiles and chunks: memory does not hold (N,T,V);
 *   - each weight gradient is one product over all positions.
 *
 * Tiles depend on the minibatch alone and each sum has one order, so any number of threads gives the same bits. */
#ifndef COCO_MODEL_LOSS_H
#define COCO_MODEL_LOSS_H

#include "model/captioner.h"
#include "model/gemm.h"
#include "model/optim/update.h"

typedef struct LossWork LossWork;

/* What a run fixes; zeros are the course's loss. */
typedef struct {
    Precision precision;
    /* In training, the rate of dropout (dropout.h) on features, word vectors, attention's z and the states that the
     * scores see; not on those that the next step sees. A state's row is r·T + t. Equal words are then not folded:
     * each has a mask. */
    double dropout;
    uint32_t seed;
    /* In training, ε of the targets (kernels.h). */
    double label_smoothing;
    int places; /* of a grid, for a model with attention */
} LossOptions;

/* Allocates all that captioner_loss uses for minibatches of up to N rows and T steps. NULL: out of memory. */
LossWork *loss_work_new(const ModelShape *shape, int N, int T, const LossOptions *options);
void loss_work_free(LossWork *work);

typedef enum {
    LOSS_TRAINING,  /* with the gradient; dropout and label smoothing act */
    LOSS_VALIDATION /* the loss alone, without them */
} LossMode;

typedef struct {
    const real *features;    /* (N,D) */
    const int32_t *captions; /* (N,T+1): words 0..V-1, checked by the caller */
    const int32_t *inputs;   /* (N,T): the words that go in, instead of the captions'; NULL: those */
    const real *weight;      /* (N): what each row's share of the loss is multiplied by; NULL: 1 */
    /* With attention: the grids of the minibatch's different images, at most N, and each row's image. */
    const real *grid;     /* (images,places,C) */
    const int32_t *image; /* (N) */
    int images;
    int N, T; /* at most those of loss_work_new */
    /* The captions are a model's own (draw.h): of one that ends before its T words and without <END>, the <NULL> that
     * ended it is a word like others. Else <NULL> is never due. */
    bool drawn;
    /* A part of a minibatch: its rows from number `first` on, of `of` rows in all. Loss and gradient are divided by
     * `of`, and masks are those of the whole, so that the sums over all parts are the minibatch's. Zeros: the rows are
     * all there is. */
    int first, of;
    LossMode mode;
    int64_t iteration; /* of training, from 1: it keys the masks of dropout */
    /* In training on a whole minibatch, updates the parameters beside the backward pass, each tensor as soon as its
     * gradient is complete. Its params and grads are those given to captioner_loss. NULL: only the gradient is
     * computed. */
    Update *update;
} LossBatch;

/* Returns the loss. In training, overwrites grads, which has the shape of params; otherwise grads may be NULL. Writes to
 * params only if batch->update is given. Main thread; parallel inside; allocates nothing. */
double captioner_loss(const Params *params, LossWork *work, const LossBatch *batch, Params *grads);
/* The loss of each row of the last minibatch: row (N). captioner_loss has returned their sum divided by N, of a part by
 * `of`. */
void loss_of_rows(const LossWork *work, double *row);

#endif
