/* Attention in the steps of training (loss.c) and of decoding (network.c): its arrays and its matrix products.
 *
 *   grid ──once per image──► values, keys ─┐
 *   h ──·W_query──► query ─────────────────┴──► weights ──► z ──·Wz──► a        (attend_forward, in step.h)
 *   [x·Wx_sentinel + h·Wh_sentinel + b ──► sentinel ─┘]
 *
 * An Attend belongs to one thread except where a function says otherwise, and allocates nothing after attend_new. */
#ifndef COCO_MODEL_ATTEND_H
#define COCO_MODEL_ATTEND_H

#include "model/attention/attention.h"
#include "model/dropout.h"
#include "model/gemm.h"
#include "model/plan.h"

typedef struct Attend Attend;

typedef struct {
    int images, places;
    int rows;      /* hypotheses, or captions of a minibatch */
    int positions; /* for as many the arrays of a step are kept: rows, or rows times steps where backward follows */
    int words;     /* different ones at a time */
    bool backward;
    Precision precision; /* of all products but that of attend_words */
} AttendSizes;

/* All sizes are the most that are used at a time. The shape has an attention. NULL: out of memory. */
Attend *attend_new(const ModelShape *shape, const AttendSizes *sizes);
void attend_free(Attend *attend); /* NULL is legal */

/* Packs the parameters that the steps use. Main thread; parallel inside. */
void attend_pack(Attend *attend, const Params *params);
/* Masks z in the steps from now on (DROP_CONTEXT); a rate of 0 does not. */
void attend_dropout(Attend *attend, const Dropout *dropout);
/* The values and keys of n images from their grids (n,L,C), L being `places` of attend_new. The grids are borrowed
 * until the gradients are computed. The same bits for an image whatever is beside it. Main thread; parallel inside. */
void attend_images(Attend *attend, const Params *params, const real *grid, int n);
/* The words' share of the sentinel's gate, from their vectors x (n,W). Nothing to do without a sentinel. Main thread;
 * parallel inside. */
void attend_words(Attend *attend, const Params *params, const real *x, int n);

/* A step's rows: arrays from `position` on, for rows that look at the grids of `image` (n). `row` is the place of the
 * first one in the minibatch, for backward; number (n) the positions' numbers for dropout, or NULL. What the cell's step
 * knows (prev_h and so on) comes later. */
AttendStep attend_step(const Attend *attend, int position, const int32_t *image, int n, int row, const int *number);
/* The weights α of a position, L of them (and β). */
const real *attend_alphas(const Attend *attend, int position);

/* The products around a step: z, and a += z·Wz. pick (n): the words, NULL: row i is word i. c is the first H numbers
 * of what the cell carries, or NULL. Any thread, each its own positions. */
void attend_forward(const Attend *attend, AttendStep *step, const int32_t *pick, Rows prev_h, Rows c, Rows a);
/* Backward, after the cell's: from da, adds to the gradients of h and c before the step. */
void attend_backward(const Attend *attend, AttendStep *step, Rows prev_h, Rows c, Rows da, Rows dprev_h, Rows dc);

/* What training knows of a minibatch besides its plan. */
typedef struct {
    const real *prev_h, *da; /* (P,H), (P,G·H): P and U are the plan's positions and distinct words */
    const real *x;           /* (U,W): the words' vectors */
    real *dx;                /* (U,W): added to */
} AttendInputs;

/* Zeroes the gradients that steps add to, of rows from `row` on. */
void attend_begin_backward(const Attend *attend, int row, int n);
/* The gradients of attention's tensors, once all steps are done. Main thread; parallel inside. */
void attend_gradients(Attend *attend, const Params *params, const Plan *plan, AttendInputs in, Params *grads);

#endif
