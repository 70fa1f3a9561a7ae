/* Any cell as a layer over T steps, forward and backward, in the course's (N,T,.) layout, with nothing folded or
 * skipped. The course's recurrent layers (layers.h) are thin wrappers of this.
 *
 * x ──► a = x·Wx + b ──► per tile of rows, through all time steps: step_forward ──► h
 *
 * and backward, read upward: dh ──► per tile of rows, from the last step: step_backward ──► whole-sequence products
 * for dx, dWx, dWh, db. Main thread; parallel inside. Nothing is allocated. */
#ifndef COCO_MODEL_SEQUENCE_H
#define COCO_MODEL_SEQUENCE_H

#include "model/cell/cell.h"

/* Arrays that the cell does not use may be NULL. G is the cell's number of gates, C what it carries. */
typedef struct {
    const Cell *cell;
    int N, T, D, H;
    const real *x;           /* (N,T,D) */
    const real *h0, *c0;     /* (N,H), (N,C·H) */
    const real *Wx, *Wh, *b; /* (D,G·H), (H,G·H), (G·H) */
    const real *own;         /* the cell's own tensors */
    real *h, *c;             /* (N,T,H), (N,T,C·H): written by forward */
    real *a, *ah; /* (N,T,G·H): written by forward, read by backward; a may be h if the cell is in_place */
} Sequence;

typedef struct {
    real *dx, *dh0;              /* (N,T,D), (N,H): added to */
    real *dWx, *dWh, *db, *down; /* as the weights: added to */
    real *dh;       /* (N,T,H): enters as the gradient of h from above, leaves with that of later steps */
    real *dc;       /* (N,C·H): enters as the gradient of the last c, leaves as that of c0 */
    real *da, *dah; /* (N,T,G·H): scratch */
} SequenceGrads;

void sequence_forward(const Sequence *sequence);
void sequence_backward(const Sequence *sequence, const SequenceGrads *grads);

#endif
