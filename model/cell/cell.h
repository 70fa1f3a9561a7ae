/* Recurrent cells: one time step, without its matrix products.
 *
 * A cell is one file, cell_NAME.c, and one row of CELLS. Everything else looks it up by name and works from the struct.
 * The file is compiled once per instruction set, like model/simd/, so that its loops use that set's vectors; it defines
 * its Cell under SIMD_NAME(cell_NAME) (model/simd/name.h), or the sets' cells would collide.
 *
 * A step turns x·Wx + b, the input's share, and h·Wh, the recurrent share, each G·H numbers wide, into the next state:
 *
 *   rnn   h' = tanh(a)                                                        a = x·Wx + b + h·Wh
 *   lstm  i, f, o = σ(a_i, a_f, a_o);  g = tanh(a_g);  c' = f∘c + i∘g;  h' = o∘tanh(c')
 *   gru   r, z = σ(x·Wx + b + h·Wh);  n = tanh(x·Wxn + b_n + r∘(h·Whn + b_hn));  h' = (1-z)∘n + z∘h
 *
 * The lstm's blocks are in the course's order i, f, o, g. The gru's are r, z, n; it resets after the product, as cuDNN
 * and PyTorch do (Cho et al. 2014 reset before it), and adds a tensor of its own, b_hn (H). */
#ifndef COCO_MODEL_CELL_H
#define COCO_MODEL_CELL_H

#include "model/kernels.h"
#include "model/tensors.h"

#include <stdbool.h>

/* Every cell, one row each. The first is the default. */
#define CELLS(row) row(rnn) row(lstm) row(gru)

/* One time step of n rows, on the calling thread. The caller owns all matrices; each has its own row distance, and
 * those that the cell does not use may be NULL. c is the state carried besides h, `carried`·H numbers wide; it is zero
 * before the first step. */
typedef struct {
    int n, H;
    const real *own; /* the cell's own tensors, in the order it added them, without gaps */
    /* Forward. a (n,G·H) enters as the sum of both shares and leaves as what backward needs (the gates after their
     * nonlinearities). A cell with `separate` shares gets x·Wx + b in a and h·Wh in ah (n,G·H). */
    Rows a, ah;
    Rows prev_h, prev_c; /* (n,H), (n,carried·H) */
    Rows next_h, next_c; /* written */
    /* Backward, besides all of forward's. */
    Rows dnext_h; /* (n,H): the gradient of next_h */
    Rows dc;      /* (n,carried·H): enters as the gradient of next_c, leaves as that of prev_c */
    Rows da;      /* (n,G·H): written, the gradient of x·Wx + b */
    Rows dah;     /* (n,G·H): written if the shares are separate, the gradient of h·Wh; else da is both */
    Rows dprev_h; /* (n,H): the gradient that bypasses the products is added */
} CellStep;

struct Cell {
    const char *name;
    int gates;     /* G: blocks of H columns in Wx, Wh and b */
    int carried;   /* blocks of H numbers carried from step to step besides h */
    int forget;    /* the block of b that is the lstm's forget gate, from 1 on; 0: the cell has none */
    bool separate; /* forward needs x·Wx + b and h·Wh separately, not their sum */
    bool in_place; /* a may be next_h itself, and da may be dnext_h */
    /* Adds the cell's own tensors; -1 as tensor_add. NULL if it has none. */
    int (*add_tensors)(Params *params, int H);
    void (*forward)(const CellStep *step);
    /* The gradient through the nonlinearities. The caller computes the products: dx = da·Wxᵀ, dprev_h += dah·Whᵀ,
     * dWx = xᵀ·da, dWh = prev_hᵀ·dah, db = Σ da. */
    void (*backward)(const CellStep *step);
    /* The gradients of the cell's own tensors over all n steps of a minibatch, from da and dah (n,G·H), written to,
     * or added to, `own`, which is laid out as CellStep's. Main thread; parallel inside. NULL if the cell has none. */
    void (*own_gradients)(bool add, int n, int H, const real *da, const real *dah, real *own);
};

/* The cell of that name, or NULL. */
const Cell *cell_named(const char *name);
/* The i-th cell, from 0; NULL past the last. */
const Cell *cell_at(int i);
/* All names, "rnn|lstm|gru", in the order of cell_at. */
const char *cell_names(void);

#endif
