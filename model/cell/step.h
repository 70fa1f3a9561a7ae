/* One time step of the recurrence, forward and backward, shared by training (loss.c), decoding (network.c) and the
 * layers (sequence.c). Runs on the calling thread, for the n rows of a tile.
 *
 *   in: x·Wx + b ──► a ──┬──► cell ──► h', c'
 *   h ──·Wh──────────────┤
 *   v·W_inject ──────────┤   (where features are injected: inject.h)
 *   grid, h ──► z ──·Wz──┘   (with attention: attend.h)
 *
 * The caller computes the input's share and passes it as rows of a table. As a rule it depends on the word
 * alone: then the table has one row per distinct word, and `pick` selects them. With dropout of word vectors it has one
 * per position. */
#ifndef COCO_MODEL_STEP_H
#define COCO_MODEL_STEP_H

#include "model/attention/attend.h"
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
    const Attend *attend; /* NULL: no attention */
} Recurrence;

/* The input's share: row i of the step is row pick[i] of the table, or row i if pick is NULL. A table that is the
 * step's own a is not copied. Row source[i] of the injected features' share joins it, or row i if source is NULL. */
typedef struct {
    Rows table; /* (., G·H) */
    const int32_t *pick;
    Rows injected; /* (., G·H); NULL: none */
    const int32_t *source;
} StepInput;

/* Computes next_h and next_c from prev_h, prev_c and the input. The caller sets the step's n and rows, not H and own.
 * `look`: the step's rows of attention, if the recurrence has one. */
void step_forward(const Recurrence *r, StepInput in, CellStep *step, AttendStep *look);

/* Computes da (and dah), and from them the gradients of prev_h, which is added to, and of prev_c. */
void step_backward(const Recurrence *r, CellStep *step, AttendStep *look);

#endif
