/* One time step of the recurrence, forward and backward: what training (loss.c), decoding (search.c) and the course's
 * layers (layers.c) share. On the calling thread, for the n rows of a tile.
 *
 *   in: x·Wx + b ──► a ──┬──► cell ──► h', c'
 *   h ──·Wh──────────────┘
 *
 * The input's share is the caller's, and comes as rows of a table: the product of each distinct word, picked by number,
 * where it depends on the word alone. A dropout mask on x breaks that: the caller then multiplies each position's
 * masked x by Wx and hands in one row a position, without picks. A mask on h' goes on what leaves the step, before the
 * scores and the next step read it. A context vector z of attention, which needs h, belongs between the two arrows:
 * a += z·Wz after the load, and back dz = da·Wzᵀ before dh is complete. */
#ifndef COCO_MODEL_STEP_H
#define COCO_MODEL_STEP_H

#include "model/cell.h"
#include "model/gemm.h"

/* What is the same for every step: the recurrent weights Wh (H,G·H), laid out for many products or as they are. */
typedef struct {
    const Cell *cell;
    int H;
    const real *own;   /* the cell's own tensors (cell_params) */
    const Panels *Wh;  /* laid out for step_forward; NULL: `plain` */
    const Panels *WhT; /* Whᵀ, laid out for step_backward; NULL: `plain` */
    const real *plain;
} Recurrence;

/* The input's share of the step's rows: row i is row pick[i] of a table, or row i where pick is NULL. A table that is
 * the step's own a is there already and not copied. */
typedef struct {
    Rows table; /* (., G·H) */
    const int32_t *pick;
} StepInput;

/* next_h, next_c from prev_h, prev_c and the input. The step's n and rows are the caller's; H and own are filled in. */
void step_forward(const Recurrence *r, StepInput in, CellStep *step);

/* The gradients da (and dah) of the step; those of prev_h and prev_c: dprev_h += dah·Whᵀ, and what the cell adds. */
void step_backward(const Recurrence *r, CellStep *step);

#endif
