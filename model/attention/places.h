/* The loops over places that all kinds of attention share; compiled once per instruction set, with the files that
 * include this one. Sums go through a fixed number of lanes, or in the order of the places: the same in every set. */
#ifndef COCO_MODEL_PLACES_H
#define COCO_MODEL_PLACES_H

#include "model/attention/attention.h"
#include "model/simd/exp.h"

enum { PLACE_LANES = 16, PLACE_BLOCK = 128 };

/* x·y */
static inline real places_dot(int n, const real *restrict x, const real *restrict y)
{
    real lane[PLACE_LANES] = {0}, sum = 0;
    int j = 0;
    for (; j + PLACE_LANES <= n; j += PLACE_LANES)
        for (int l = 0; l < PLACE_LANES; l++)
            lane[l] += x[j + l] * y[j + l];
    for (int l = 0; j < n; j++, l++)
        lane[l] += x[j] * y[j];
    for (int l = 0; l < PLACE_LANES; l++)
        sum += lane[l];
    return sum;
}

/* w·tanh(key + query) */
static inline real places_score(int K, const real *restrict key, const real *restrict query, const real *restrict w)
{
    real t[PLACE_BLOCK], sum = 0;
    for (int k = 0; k < K; k += PLACE_BLOCK) {
        int n = K - k < PLACE_BLOCK ? K - k : PLACE_BLOCK;
#pragma omp simd
        for (int j = 0; j < n; j++)
            t[j] = fast_tanh(key[k + j] + query[k + j]);
        sum += places_dot(n, t, w + k);
    }
    return sum;
}

/* e = softmax(e), in place. */
static inline void places_softmax(int n, real *e)
{
    real most = e[0], sum = 0;
    for (int i = 1; i < n; i++)
        most = e[i] > most ? e[i] : most;
#pragma omp simd
    for (int i = 0; i < n; i++)
        e[i] = fast_exp(e[i] - most);
    for (int i = 0; i < n; i++)
        sum += e[i];
    real by = 1 / sum;
    for (int i = 0; i < n; i++)
        e[i] *= by;
}

/* y += Σ w_i x_i over n rows x (n,H), four at a time. */
static inline void places_mix(int n, int H, const real *restrict w, const real *restrict x, real *restrict y)
{
    int i = 0;
    for (; i + 4 <= n; i += 4) {
        const real *x0 = x + (size_t)i * (size_t)H, *x1 = x0 + H, *x2 = x1 + H, *x3 = x2 + H;
        real w0 = w[i], w1 = w[i + 1], w2 = w[i + 2], w3 = w[i + 3];
#pragma omp simd
        for (int j = 0; j < H; j++)
            y[j] += w0 * x0[j] + w1 * x1[j] + w2 * x2[j] + w3 * x3[j];
    }
    for (; i < n; i++)
        for (int j = 0; j < H; j++)
            y[j] += w[i] * x[(size_t)i * (size_t)H + (size_t)j];
}

/* The gradient of a score: dkey += d·w∘(1 - t²), dquery += the same, dw += d·t, with t = tanh(key + query). */
static inline void places_score_backward(int K, real d, const real *restrict key, const real *restrict query,
                                         const real *restrict w, real *restrict dkey, real *restrict dquery,
                                         real *restrict dw)
{
#pragma omp simd
    for (int k = 0; k < K; k++) {
        real t = fast_tanh(key[k] + query[k]), du = d * w[k] * (1 - t * t);
        dkey[k] += du;
        dquery[k] += du;
        dw[k] += d * t;
    }
}

static inline const real *places_values(const AttendStep *s, int r)
{
    return s->values + (size_t)s->image[r] * (size_t)s->L * (size_t)s->H;
}

static inline const real *places_keys(const AttendStep *s, int r)
{
    return s->keys + (size_t)s->image[r] * (size_t)s->L * (size_t)s->K;
}

/* The scores of row r's places. */
static inline void places_scores(const AttendStep *s, int r)
{
    const real *keys = places_keys(s, r);
    real *e = row_at(s->weights, r);
    for (int i = 0; i < s->L; i++)
        e[i] = places_score(s->K, keys + (size_t)i * (size_t)s->K, row_at(s->query, r), s->w_score);
}

/* d (n) becomes the gradient of the scores: w∘(d - w·d). */
static inline void places_softmax_backward(int n, const real *restrict w, real *restrict d)
{
    real mean = places_dot(n, w, d);
    for (int i = 0; i < n; i++)
        d[i] = w[i] * (d[i] - mean);
}

/* The gradients of row r's weights of places. */
static inline void places_dweights(const AttendStep *s, int r)
{
    const real *values = places_values(s, r);
    real *d = row_at(s->dweights, r);
    for (int i = 0; i < s->L; i++)
        d[i] = places_dot(s->H, row_at(s->dz, r), values + (size_t)i * (size_t)s->H);
}

/* From the gradients of row r's scores, in dweights, to those of keys, query and w_score. */
static inline void places_backward(const AttendStep *s, int r)
{
    const real *keys = places_keys(s, r), *d = row_at(s->dweights, r);
    real *dkeys = s->dkeys + (size_t)r * (size_t)s->L * (size_t)s->K;
    fill_rows(1, s->K, rows_at(s->dquery, r), NULL);
    fill_rows(1, s->K, rows_at(s->dscore, r), NULL);
    for (int i = 0; i < s->L; i++)
        places_score_backward(s->K, d[i], keys + (size_t)i * (size_t)s->K, row_at(s->query, r), s->w_score,
                              dkeys + (size_t)i * (size_t)s->K, row_at(s->dquery, r), row_at(s->dscore, r));
}

#endif
