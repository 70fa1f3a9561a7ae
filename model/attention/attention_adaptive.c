/* Adaptive attention (Lu et al. 2017): a sentinel s, of what the decoder knows already, competes with the places.
 *
 *   s = g∘m, g = σ(...);  α, β = softmax(e_1 ... e_P, e_s);  z = Σ α_i v_i + β s */
#include "model/attention/places.h"
#include "model/simd/name.h"

/* m, what row r remembers: tanh(c), into room (H), or h, which most steps leave between -1 and 1. */
static const real *memory(const AttendStep *s, int r, real *room)
{
    if (!s->carried.at)
        return row_at(s->prev_h, r);
    const real *c = row_at(s->carried, r);
#pragma omp simd
    for (int j = 0; j < s->H; j++)
        room[j] = fast_tanh(c[j]);
    return room;
}

static void gate(const AttendStep *s)
{
    for (int r = 0; r < s->n; r++) {
        real *g = row_at(s->gate, r), *out = row_at(s->sentinel, r);
        const real *m = memory(s, r, out);
#pragma omp simd
        for (int j = 0; j < s->H; j++) {
            g[j] = fast_sigmoid(g[j]);
            out[j] = g[j] * m[j];
        }
    }
}

static void forward(const AttendStep *s)
{
    for (int r = 0; r < s->n; r++) {
        real *w = row_at(s->weights, r), *z = row_at(s->z, r);
        places_scores(s, r);
        w[s->L] = places_score(s->K, row_at(s->sentinel_key, r), row_at(s->query, r), s->w_score);
        places_softmax(s->L + 1, w);
        fill_rows(1, s->H, rows_at(s->z, r), NULL);
        places_mix(s->L, s->H, w, places_values(s, r), z);
        places_mix(1, s->H, w + s->L, row_at(s->sentinel, r), z);
    }
}

/* As soft, with dβ = dz·s; ds = β dz, and what comes through e_s. */
static void backward(const AttendStep *s)
{
    for (int r = 0; r < s->n; r++) {
        const real *w = row_at(s->weights, r), *dz = row_at(s->dz, r);
        real *d = row_at(s->dweights, r), *ds = row_at(s->dsentinel, r);
        places_dweights(s, r);
        d[s->L] = places_dot(s->H, dz, row_at(s->sentinel, r));
        places_softmax_backward(s->L + 1, w, d);
        places_backward(s, r);
        fill_rows(1, s->K, rows_at(s->dsentinel_key, r), NULL);
        places_score_backward(s->K, d[s->L], row_at(s->sentinel_key, r), row_at(s->query, r), s->w_score,
                              row_at(s->dsentinel_key, r), row_at(s->dquery, r), row_at(s->dscore, r));
        for (int j = 0; j < s->H; j++)
            ds[j] = w[s->L] * dz[j];
    }
}

/* dg = ds∘m∘g(1-g);  dm = ds∘g;  dc += dm∘(1-m²), or dh += dm */
static void gate_backward(const AttendStep *s)
{
    const bool carried = s->carried.at != NULL;
    for (int r = 0; r < s->n; r++) {
        const real *g = row_at(s->gate, r), *ds = row_at(s->dsentinel, r);
        real *dg = row_at(s->dgate, r), *dm = row_at(carried ? s->dcarried : s->dprevious, r);
        const real *m = memory(s, r, dg);
#pragma omp simd
        for (int j = 0; j < s->H; j++) {
            dm[j] += ds[j] * g[j] * (carried ? 1 - m[j] * m[j] : 1);
            dg[j] = ds[j] * m[j] * g[j] * (1 - g[j]);
        }
    }
}

extern const Attention SIMD_NAME(attention_adaptive);
const Attention SIMD_NAME(attention_adaptive) = {
    .name = "adaptive",
    .sentinel = true,
    .forward = forward,
    .backward = backward,
    .gate = gate,
    .gate_backward = gate_backward,
};
