#include "model/captioner.h"

#include "model/attention/attention.h"
#include "model/inject.h"

#include <string.h>

static int dim_ok(int n)
{
    return n >= 1 && n <= DIM_MAX;
}

int params_layout(Params *p, const ModelShape *s)
{
    memset(p, 0, sizeof *p);
    p->shape = *s;
    if (!dim_ok(s->D) || !dim_ok(s->W) || !dim_ok(s->H) || !dim_ok(s->V) || (s->attention && !dim_ok(s->C)))
        return -1;
    int GH = s->cell->gates * s->H;
    const struct {
        const char *name;
        int rank, dims[2];
        TensorStart start;
    } course[COURSE_TENSORS] = {
        [W_EMBED] = {"W_embed", 2, {s->V, s->W}, START_SMALL},
        [W_PROJ] = {"W_proj", 2, {s->D, s->H}, START_FAN_IN},
        [B_PROJ] = {"b_proj", 1, {s->H}, START_ZERO},
        [WX] = {"Wx", 2, {s->W, GH}, START_FAN_IN},
        [WH] = {"Wh", 2, {s->H, GH}, START_FAN_IN},
        [B] = {"b", 1, {GH}, START_ZERO},
        [W_VOCAB] = {"W_vocab", 2, {s->H, s->V}, START_FAN_IN},
        [B_VOCAB] = {"b_vocab", 1, {s->V}, START_ZERO},
    };
    for (int i = 0; i < COURSE_TENSORS; i++)
        if (tensor_add(p, course[i].name, course[i].rank, course[i].dims, course[i].start) < 0)
            return -1;
    if (s->cell->add_tensors && s->cell->add_tensors(p, s->H))
        return -1;
    return inject_add_tensors(p, s) || attention_add_tensors(p, s) ? -1 : 0;
}

int params_alloc(Params *p, const ModelShape *shape)
{
    if (params_layout(p, shape) == 0 && params_alloc_data(p) == 0)
        return 0;
    params_free(p);
    return -1;
}

void params_forget_bias(Params *p, real bias)
{
    size_t H = (size_t)p->shape.H;
    real *b = param(p, B) + (size_t)p->shape.cell->forget * H;
    for (size_t j = 0; j < H && p->shape.cell->forget; j++)
        b[j] = bias;
}
