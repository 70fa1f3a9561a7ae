#include "model/tensors.h"

#include "model/base/memory.h"

#include <stdlib.h>
#include <string.h>

static const size_t NUMBERS_MAX = (size_t)1 << 31;

int tensor_add(Params *p, const char *name, int rank, const int *dims, TensorStart start)
{
    Tensor t = {.name = name, .rank = rank, .start = start, .offset = p->n, .size = 1};
    for (int i = 0; i < TENSOR_RANK; i++) {
        t.dim[i] = i < rank ? dims[i] : 1;
        if (t.dim[i] < 1 || t.dim[i] > DIM_MAX)
            return -1;
        t.size *= (size_t)t.dim[i];
        if (t.size > NUMBERS_MAX - p->n)
            return -1;
    }
    if (p->n_tensors == TENSORS_MOST)
        return -1;
    Tensor *grown = realloc(p->tensor, (size_t)(p->n_tensors + 1) * sizeof *grown);
    if (!grown)
        return -1;
    p->tensor = grown;
    p->tensor[p->n_tensors] = t;
    p->n += t.size;
    return p->n_tensors++;
}

int params_alloc_data(Params *p)
{
    p->data = model_alloc(p->n, sizeof *p->data);
    return p->data ? 0 : -1;
}

void params_free(Params *p)
{
    free(p->tensor);
    free(p->data);
    memset(p, 0, sizeof *p);
}

void params_init(Params *p, Rng *rng)
{
    for (int i = 0; i < p->n_tensors; i++) {
        const Tensor *t = &p->tensor[i];
        double scale = t->start == START_SMALL ? 100.0 : sqrt((double)t->dim[0]);
        for (size_t k = 0; k < t->size; k++)
            p->data[t->offset + k] = t->start == START_ZERO ? 0 : (real)(rng_randn(rng) / scale);
    }
}
