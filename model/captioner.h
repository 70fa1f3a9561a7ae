/* The captioner: a recurrent network that describes an image.
 *
 *   h0 = features·W_proj + b_proj          x_t = W_embed[word_t]
 *   h_t = cell(x_t·Wx + h_{t-1}·Wh + b)    scores_t = h_t·W_vocab + b_vocab
 *
 * Its parameters are one flat block, walked by one table of tensors: allocation, the model file, the
 * optimizer and the gradient check all follow that table. */
#ifndef COCO_MODEL_CAPTIONER_H
#define COCO_MODEL_CAPTIONER_H

#include "model/kernels.h"
#include "model/real.h"
#include "model/rng.h"

#include <stddef.h>
#include <stdint.h>

/* The words with a meaning, by their place in every vocabulary. */
enum { WORD_NULL = 0, WORD_START = 1, WORD_END = 2, WORD_UNK = 3 };

typedef struct {
    Cell cell;
    int D; /* features */
    int W; /* word vector */
    int H; /* hidden units */
    int V; /* words */
} Shape;

/* The tensors, in the order of the course's parameters: that of their random start. */
typedef enum { W_EMBED, W_PROJ, B_PROJ, WX, WH, B, W_VOCAB, B_VOCAB } TensorId;
enum { TENSORS = 8 };

typedef struct {
    const char *name; /* "W_embed" */
    int rank;         /* 1 or 2 */
    int dim[2];       /* (dim[0], dim[1]); dim[1] is 1 for rank 1 */
    size_t offset;    /* of the first element in the flat block */
    size_t size;      /* elements */
} Tensor;

/* Dimensions are 1 to this; a parameter block holds at most 2^31 numbers. */
enum { DIM_MAX = 1 << 20 };

/* Fills the table and returns the number of parameters; 0 where a dimension is out of range or the block
 * would be too large. */
size_t captioner_tensors(const Shape *shape, Tensor tensors[TENSORS]);

/* Parameters of one shape in one block, for the model or for its gradients. */
typedef struct {
    Shape shape;
    Tensor tensor[TENSORS];
    size_t n;   /* numbers in the block */
    real *data; /* (n), aligned to 64 bytes; the Params own it */
} Params;

/* Zeroed. -1: out of memory, or a shape that captioner_tensors refuses. */
int params_alloc(Params *params, const Shape *shape);
void params_free(Params *params); /* legal on a zeroed one */
static inline real *param(const Params *p, TensorId id)
{
    return p->data + p->tensor[id].offset;
}

/* The random start of the course, drawn in its order: W_embed randn/100, the other weights
 * randn/√(rows), biases 0. */
void params_init(Params *params, Rng *rng);

/* Memory aligned for vectors; NULL where there is none or the size overflows. free() frees. model_alloc's is
 * zeroed, model_room's as it comes: pages that are not written take no memory. */
void *model_alloc(size_t n, size_t size);
void *model_room(size_t n, size_t size);

#endif
