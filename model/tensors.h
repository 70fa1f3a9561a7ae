/* The parameters of a model: a table of named tensors in one flat block.
 *
 * Add any number of tensors, then allocate the block once. The model file, the optimizer, the random start and the
 * gradient check all walk the table, so a new tensor needs only its tensor_add. Gradients and optimizer states are
 * blocks of the same layout. */
#ifndef COCO_MODEL_TENSORS_H
#define COCO_MODEL_TENSORS_H

#include "model/base/real.h"
#include "model/base/rng.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct Cell Cell;
typedef struct Attention Attention;

/* The cell, the attention and the sizes that define a model's tensors. */
typedef struct {
    const Cell *cell;
    int D;                      /* features */
    int W;                      /* word vector */
    int H;                      /* hidden units */
    int V;                      /* words */
    const Attention *attention; /* NULL: none */
    int C;                      /* numbers per place of the grid; 0 without attention */
    bool inject;                /* features join the input of every step (inject.h) */
} ModelShape;

enum {
    DIM_MAX = 1 << 20, /* a dimension is 1 to this; a block holds at most 2^31 numbers */
    TENSOR_RANK = 4,   /* dimensions of a tensor, at most */
    TENSORS_MOST = 64  /* of a model */
};

/* Initial values. randn is drawn in the order of the table, in double, as in the course. */
typedef enum {
    START_ZERO,  /* 0: biases */
    START_SMALL, /* randn/100: word vectors */
    START_FAN_IN /* randn/√(rows): weights */
} TensorStart;

typedef struct {
    const char *name; /* "W_embed"; a constant */
    int rank;
    int dim[TENSOR_RANK]; /* 1 from `rank` on */
    TensorStart start;
    size_t offset; /* of the first element in the flat block */
    size_t size;   /* elements */
} Tensor;

typedef struct {
    ModelShape shape;
    Tensor *tensor; /* (n_tensors) */
    int n_tensors;
    int inject;    /* the index of the first of the tensors that inject features (model/inject.h) */
    int attention; /* the index of the first of attention's tensors (model/attention/attention.h) */
    size_t n;      /* numbers in the block */
    real *data;    /* (n), aligned to 64 bytes; NULL until params_alloc_data */
} Params;

/* Adds a tensor of dims (rank) and returns its index in the table. The name is borrowed. -1: out of memory, a dimension
 * out of range, a block above 2^31 numbers, or more than TENSORS_MOST tensors. */
int tensor_add(Params *params, const char *name, int rank, const int *dims, TensorStart start);

/* Allocates the zeroed block. -1: out of memory. */
int params_alloc_data(Params *params);
void params_free(Params *params); /* safe on a zero-initialized one */

/* Draws the initial values. */
void params_init(Params *params, Rng *rng);

/* The elements of tensor number id. */
static inline real *param(const Params *p, int id)
{
    return p->data + p->tensor[id].offset;
}

#endif
