#include "model/attention/attention.h"

#include "model/cell/cell.h"
#include "model/simd.h"

#include <string.h>

const Attention *attention_at(int i)
{
    for (int k = 0; k < i; k++)
        if (!simd->attentions[k])
            return NULL;
    return i > 0 ? simd->attentions[i - 1] : NULL;
}

const Attention *attention_named(const char *name)
{
    for (int i = 0; simd->attentions[i]; i++)
        if (!strcmp(simd->attentions[i]->name, name))
            return simd->attentions[i];
    return NULL;
}

int attention_index(const Attention *attention)
{
    int i = 0;
    while (attention && simd->attentions[i++] != attention)
        ;
    return i;
}

const char *attention_names(void)
{
#define BAR_NAME(name) "|" #name
    return "none" ATTENTIONS(BAR_NAME);
}

int attention_add_tensors(Params *p, const ModelShape *s)
{
    const Attention *a = s->attention;
    p->attention = p->n_tensors;
    if (!a)
        return 0;
    int H = s->H, K = attention_key(H), GH = s->cell->gates * H;
    const struct {
        const char *name;
        int rank, dims[2];
        TensorStart start;
    } tensors[ATTEND_TENSORS] = {
        [ATTEND_W_GRID] = {"W_grid", 2, {s->C, H}, START_FAN_IN},
        [ATTEND_B_GRID] = {"b_grid", 1, {H}, START_ZERO},
        [ATTEND_W_KEY] = {"W_key", 2, {H, K}, START_FAN_IN},
        [ATTEND_W_QUERY] = {"W_query", 2, {H, K}, START_FAN_IN},
        [ATTEND_B_QUERY] = {"b_query", 1, {K}, START_ZERO},
        [ATTEND_W_SCORE] = {"w_score", 1, {K}, START_FAN_IN},
        [ATTEND_WZ] = {"Wz", 2, {H, GH}, START_FAN_IN},
        [ATTEND_WX_SENTINEL] = {"Wx_sentinel", 2, {s->W, H}, START_FAN_IN},
        [ATTEND_WH_SENTINEL] = {"Wh_sentinel", 2, {H, H}, START_FAN_IN},
        [ATTEND_B_SENTINEL] = {"b_sentinel", 1, {H}, START_ZERO},
        [ATTEND_W_SENTINEL] = {"W_sentinel", 2, {H, K}, START_FAN_IN},
    };
    int n = a->sentinel ? ATTEND_TENSORS : ATTEND_WX_SENTINEL;
    for (int i = 0; i < n; i++)
        if (tensor_add(p, tensors[i].name, tensors[i].rank, tensors[i].dims, tensors[i].start) < 0)
            return -1;
    return 0;
}
