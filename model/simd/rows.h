/* Work on one row. Plain loops, which the compiler turns into the set's vectors ("omp simd" says that
 * iterations are independent, in place too); sums and maxima go through a fixed number of lanes, so that their order
 * is the same in every set. */
#ifndef COCO_MODEL_SIMD_ROWS_H
#define COCO_MODEL_SIMD_ROWS_H

#include "model/simd/exp.h"
#include "model/simd/vec.h"

enum { SUM_LANES = 16, MAX_LANES = 64 }; /* of a maximum the order does not matter */

static void add_row(int n, const real *restrict x, real *restrict y)
{
    for (int j = 0; j < n; j++)
        y[j] += x[j];
}

static void add_outer(int n, int m, const real *restrict w, const real *restrict x, real *restrict y)
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j < m; j++)
            y[(size_t)i * (size_t)m + (size_t)j] += w[i] * x[j];
}

static void scale_row(int n, real by, real *x)
{
    for (int j = 0; j < n; j++)
        x[j] *= by;
}

/* A NaN is passed over, but the first number: it shows in the sum of exponentials. */
static real max(int n, const real *x)
{
    real lane[MAX_LANES], max = x[0];
    int j = 0;
    for (int l = 0; l < MAX_LANES; l++)
        lane[l] = max;
    for (; j + MAX_LANES <= n; j += MAX_LANES)
        for (int l = 0; l < MAX_LANES; l++)
            lane[l] = x[j + l] > lane[l] ? x[j + l] : lane[l];
    for (; j < n; j++)
        max = x[j] > max ? x[j] : max;
    for (int l = 0; l < MAX_LANES; l++)
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
