/* Work on one row. Plain loops, which the compiler turns into the set's vectors ("omp simd" says that elements
 * stand for themselves, in place too); sums and maxima go through a fixed number of lanes, so that their order
 * is the same in every set. */
#ifndef COCO_MODEL_SIMD_ROWS_H
#define COCO_MODEL_SIMD_ROWS_H

#include "model/simd/exp.h"
#include "model/simd/vec.h"

enum { SUM_LANES = 16 };

static void tanh_row(int n, const real *x, real *y)
{
#pragma omp simd
    for (int j = 0; j < n; j++)
        y[j] = fast_tanh(x[j]);
}

static void rnn_backward(int n, const real *h, const real *dh, real *da)
{
#pragma omp simd
    for (int j = 0; j < n; j++)
        da[j] = dh[j] * (1 - h[j] * h[j]);
}

static void lstm_forward(int H, real *restrict gates, const real *restrict prev_c, real *restrict next_h,
                         real *restrict next_c)
{
    real *i = gates, *f = gates + H, *o = gates + 2 * H, *g = gates + 3 * H;
#pragma omp simd
    for (int j = 0; j < 3 * H; j++)
        gates[j] = fast_sigmoid(gates[j]);
#pragma omp simd
    for (int j = 0; j < H; j++)
        g[j] = fast_tanh(g[j]);
#pragma omp simd
    for (int j = 0; j < H; j++) {
        next_c[j] = f[j] * prev_c[j] + i[j] * g[j];
        next_h[j] = o[j] * fast_tanh(next_c[j]);
    }
}

static void lstm_backward(int H, const real *restrict gates, const real *restrict prev_c,
                          const real *restrict next_c, const real *restrict dh, real *restrict da,
                          real *restrict dc)
{
#pragma omp simd
    for (int j = 0; j < H; j++) {
        real i = gates[j], f = gates[H + j], o = gates[2 * H + j], g = gates[3 * H + j];
        real tc = fast_tanh(next_c[j]);
        real d = dc[j] + dh[j] * o * (1 - tc * tc);
        da[j] = d * g * i * (1 - i);
        da[H + j] = d * prev_c[j] * f * (1 - f);
        da[2 * H + j] = dh[j] * tc * o * (1 - o);
        da[3 * H + j] = d * i * (1 - g * g);
        dc[j] = d * f;
    }
}

static void add_row(int n, const real *restrict x, real *restrict y)
{
    for (int j = 0; j < n; j++)
        y[j] += x[j];
}

static void scale_row(int n, real by, real *x)
{
    for (int j = 0; j < n; j++)
        x[j] *= by;
}

/* A NaN is passed over, but the first number: it shows in the sum of exponentials. */
static real max(int n, const real *x)
{
    real lane[SUM_LANES], max = x[0];
    int j = 0;
    for (int l = 0; l < SUM_LANES; l++)
        lane[l] = max;
    for (; j + SUM_LANES <= n; j += SUM_LANES)
        for (int l = 0; l < SUM_LANES; l++)
            lane[l] = x[j + l] > lane[l] ? x[j + l] : lane[l];
    for (; j < n; j++)
        max = x[j] > max ? x[j] : max;
    for (int l = 0; l < SUM_LANES; l++)
        max = lane[l] > max ? lane[l] : max;
    return max;
}

/* The first place where `is` holds: blocks in which it does nowhere are passed over whole. */
#define FIRST_PLACE(n, is) \
    int j = 0, any = 0; \
    for (; j + BLOCK <= n && !any; j += BLOCK) \
        for (int l = j; l < j + BLOCK; l++) \
            any |= is(l); \
    j -= any ? BLOCK : 0; \
    while (j < n && !is(j)) \
        j++; \
    return j

static int find(int n, const real *x, real value)
{
    enum { BLOCK = 64 };
#define EQUAL(l) (x[l] == value)
    FIRST_PLACE(n, EQUAL);
}

static int above(int n, const real *x, real value)
{
    enum { BLOCK = 64 };
#define MORE(l) (x[l] > value)
    FIRST_PLACE(n, MORE);
}

static double sum_lanes(const double lane[SUM_LANES])
{
    double sum = 0;
    for (int l = 0; l < SUM_LANES; l++)
        sum += lane[l];
    return sum;
}

static double exp_row(int n, const real *x, real minus, real *y)
{
    double lane[SUM_LANES] = {0};
    int j = 0;
#pragma omp simd
    for (int k = 0; k < n; k++)
        y[k] = fast_exp(x[k] - minus);
    for (; j + SUM_LANES <= n; j += SUM_LANES)
        for (int l = 0; l < SUM_LANES; l++)
            lane[l] += (double)y[j + l];
    for (int l = 0; j < n; j++, l++)
        lane[l] += (double)y[j];
    return sum_lanes(lane);
}

static double sum_exp(int n, const real *x, real minus)
{
    enum { BLOCK = 256 };
    real y[BLOCK];
    double sum = 0;
    for (int j = 0; j < n; j += BLOCK)
        sum += exp_row(n - j < BLOCK ? n - j : BLOCK, x + j, minus, y);
    return sum;
}

#endif
