/* One time step of the recurrence, forward and backward, shared by training (loss.c), decoding (search.c) and the
 * layers (sequence.c). Runs on the calling thread, for the n rows of a tile.
 *
 *   in: x·Wx + b ──► a ──┬──► cell ──► h', c'
 *   h ──·Wh──────────────┘
 *
 * The caller computes the input's share and passes it as rows of a table. Since it depends on the word alone, the table
 * has one row per distinct word and `pick` selects them.
 *
 * With dropout on x the table has one row per position. There is no attention yet: its context vector z depends on h, so it
 * would enter between the two arrows: a += z·Wz after the load, and backward dz = da·Wzᵀ before dprev_h is complete. */
#ifndef COCO_MODEL_STEP_H
#define COCO_MODEL_STEP_H

#include "model/cell/cell.h"
#include "model/gemm.h"

/* What all steps share: the recurrent weights Wh (H,G·H), packed for many products or plain. */
typedef struct {
    const Cell *cell;
    int H;
    const real *own;   /* the cell's own tensors (cell_params) */
    const Panels *Wh;  /* packed, for step_forward; NULL: use `plain` */
    const Panels *WhT; /* Whᵀ packed, for step_backward; NULL: use `plain` */
    const real *plain;
} Recurrence;

/* The input's share: row i of the step is row pick[i] of the table, or row i if pick is NULL. A table that is the
 * step's own a is not copied. */
typedef struct {
    Rows table; /* (., G·H) */
    const int32_t *pick;
} StepInput;

/* Computes next_h and next_c from prev_h, prev_c and the input. The caller sets the step's n and rows, not H and own. */
void step_forward(const Recurrence *r, StepInput in, CellStep *step);

/* Computes da (and dah), and from them the gradients of prev_h, which is added to, and of prev_c. */
void step_backward(const Recurrence *r, CellStep *step);

#endif
