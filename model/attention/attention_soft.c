/* Soft attention (Xu et al. 2015): α = softmax(e_1 ... e_P);  z = Σ α_i v_i */
#include "model/attention/places.h"
#include "model/simd/name.h"

static void forward(const AttendStep *s)
{
    for (int r = 0; r < s->n; r++) {
        real *w = row_at(s->weights, r);
        places_scores(s, r);
        places_softmax(s->L, w);
        fill_rows(1, s->H, rows_at(s->z, r), NULL);
        places_mix(s->L, s->H, w, places_values(s, r), row_at(s->z, r));
    }
}

/* dα_i = dz·v_i;  de = α∘(dα - α·dα) */
static void backward(const AttendStep *s)
{
    for (int r = 0; r < s->n; r++) {
        places_dweights(s, r);
        places_softmax_backward(s->L, row_at(s->weights, r), row_at(s->dweights, r));
        places_backward(s, r);
    }
}

extern const Attention SIMD_NAME(attention_soft);
const Attention SIMD_NAME(attention_soft) = {.name = "soft", .forward = forward, .backward = backward};
