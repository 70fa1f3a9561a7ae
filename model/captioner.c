#include "model/captioner.h"

#include <stdlib.h>
#include <string.h>

static const char *const names[TENSORS] = {
    [W_EMBED] = "W_embed", [W_PROJ] = "W_proj", [B_PROJ] = "b_proj",   [WX] = "Wx",
    [WH] = "Wh",           [B] = "b",           [W_VOCAB] = "W_vocab", [B_VOCAB] = "b_vocab",
};

static int dim_ok(int n)
{
    return n >= 1 && n <= DIM_MAX;
}

size_t captioner_tensors(const Shape *s, Tensor tensors[TENSORS])
{
    if (!dim_ok(s->D) || !dim_ok(s->W) || !dim_ok(s->H) || !dim_ok(s->V))
        return 0;
    int GH = cell_gates(s->cell) * s->H;
    const int dims[TENSORS][2] = {
        [W_EMBED] = {s->V, s->W}, [W_PROJ] = {s->D, s->H}, [B_PROJ] = {s->H, 0},     [WX] = {s->W, GH},
        [WH] = {s->H, GH},        [B] = {GH, 0},           [W_VOCAB] = {s->H, s->V}, [B_VOCAB] = {s->V, 0},
    };
    size_t at = 0;
    for (int i = 0; i < TENSORS; i++) {
        Tensor *t = &tensors[i];
        t->name = names[i];
        t->rank = dims[i][1] ? 2 : 1;
        t->dim[0] = dims[i][0];
        t->dim[1] = dims[i][1] ? dims[i][1] : 1;
        t->size = (size_t)t->dim[0] * (size_t)t->dim[1];
        t->offset = at;
        at += t->size;
    }
    return at <= (size_t)1 << 31 ? at : 0;
}

void *model_room(size_t n, size_t size)
{
    enum { ALIGN = 64 }; /* a cache line, and the widest vector */
    size_t bytes;
    if (__builtin_mul_overflow(n, size, &bytes) || bytes > SIZE_MAX - ALIGN)
        return NULL;
    return aligned_alloc(ALIGN, (bytes / ALIGN + 1) * ALIGN);
}

void *model_alloc(size_t n, size_t size)
{
    void *p = model_room(n, size);
    if (p)
        memset(p, 0, n * size);
    return p;
}

int params_alloc(Params *p, const Shape *shape)
{
    memset(p, 0, sizeof *p);
    p->shape = *shape;
    p->n = captioner_tensors(shape, p->tensor);
    p->data = p->n ? model_alloc(p->n, sizeof *p->data) : NULL;
    return p->data ? 0 : -1;
}

void params_free(Params *p)
{
    free(p->data);
    memset(p, 0, sizeof *p);
}

void params_init(Params *p, Rng *rng)
{
    for (int i = 0; i < TENSORS; i++) {
        const Tensor *t = &p->tensor[i];
        real *w = p->data + t->offset;
        double scale = i == W_EMBED ? 100.0 : sqrt((double)t->dim[0]);
        for (size_t k = 0; k < t->size; k++)
            w[k] = t->rank == 2 ? (real)(rng_randn(rng) / scale) : 0;
    }
}
