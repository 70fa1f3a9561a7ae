/* Products of numbers rounded to bfloat16 (the upper half of a float, rounded to nearest, ties to even), with
 * sums in float. Neighbours along k are stored in pairs, because that is what the processor's dot product takes;
 * if it has none, the pairs are widened again, and the same is computed with two multiply-adds. */
#ifndef COCO_MODEL_SIMD_BF16_H
#define COCO_MODEL_SIMD_BF16_H

#include "model/simd/vec.h"

#ifndef REAL_IS_DOUBLE

#include <string.h>
#ifdef __AVX512BF16__
#include <immintrin.h>
#endif

typedef Bf16Pair Pairs __attribute__((vector_size(VEC_BYTES)));

static inline uint32_t bf16_of(float x)
{
    uint32_t u;
    memcpy(&u, &x, sizeof u);
    uint32_t rounded = (u + 0x7fff + (u >> 16 & 1)) >> 16;
    /* Of a NaN the rounding could leave a zero. */
    return (u & 0x7fffffff) > 0x7f800000 ? u >> 16 | 0x40 : rounded;
}

static inline Bf16Pair pair(float first, float second)
{
    return bf16_of(first) | bf16_of(second) << 16;
}

/* sum += first·first + second·second, in each lane. */
INLINED Vec dot(Vec sum, Bf16Pair a, Pairs b)
{
    Pairs spread = a - (Pairs){0};
#ifdef __AVX512BF16__
    return (Vec)_mm512_dpbf16_ps((__m512)sum, (__m512bh)spread, (__m512bh)b);
#else
    sum += (Vec)(spread << 16) * (Vec)(b << 16);
    return sum + (Vec)(spread & 0xffff0000) * (Vec)(b & 0xffff0000);
#endif
}

INLINED void bf16_tile(const int rows, int cols, int pairs, const Bf16Pair *A, size_t i_step, size_t p_step,
                       const Bf16Pair *panel, const real *base, size_t base_ld, real *C, size_t ldc)
{
    Vec sum[TILE_ROWS][PANEL_VECS];
    UNROLLED for (int r = 0; r < rows; r++) UNROLLED for (int v = 0; v < PANEL_VECS; v++) sum[r][v] = (Vec){0};
    for (int p = 0; p < pairs; p++) {
        Pairs b[PANEL_VECS];
        UNROLLED for (int v = 0; v < PANEL_VECS; v++) b[v] =
            *(const Pairs *)(panel + (size_t)p * PANEL + v * LANES);
        UNROLLED for (int r = 0; r < rows; r++)
        {
            Bf16Pair a = A[(size_t)r * i_step + (size_t)p * p_step];
            UNROLLED for (int v = 0; v < PANEL_VECS; v++) sum[r][v] = dot(sum[r][v], a, b[v]);
        }
    }
    store_tile(rows, cols, sum, base, base_ld, C, ldc);
}

static void product_bf16(int m, int cols, int pairs, const Bf16Pair *A, size_t i_step, size_t p_step,
                         const Bf16Pair *panel, const real *base, size_t base_ld, real *C, size_t ldc)
{
    for (int i = 0, rows; i < m; i += rows) {
        const Bf16Pair *a = A + (size_t)i * i_step;
        float *c = C + (size_t)i * ldc;
        const real *from = base ? base + (size_t)i * base_ld : NULL;
        rows = rows_from(m, i);
        if (i_step == 1)
            FOR_ROWS(rows, bf16_tile(ROWS, cols, pairs, a, 1, p_step, panel, from, base_ld, c, ldc))
        else
            FOR_ROWS(rows, bf16_tile(ROWS, cols, pairs, a, i_step, 1, panel, from, base_ld, c, ldc))
    }
}

/* The first numbers of two rows into pairs, or of one into pairs along it, by the processor's own rounding, which
 * takes what is below the normal numbers for zero, as its products do. How many it did. */
#ifdef __AVX512BF16__
static __m512i rounded(const float *x)
{
    return _mm512_cvtepu16_epi32((__m256i)_mm512_cvtneps_pbh(_mm512_loadu_ps(x)));
}

static int pair_vectors(int n, const float *first, const float *second, Bf16Pair *out)
{
    int j = 0;
    for (; j + LANES <= n; j += LANES)
        _mm512_storeu_si512(out + j,
                            _mm512_or_si512(rounded(first + j), _mm512_slli_epi32(rounded(second + j), 16)));
    return j;
}

static int run_vectors(int pairs, const float *x, Bf16Pair *out)
{
    int p = 0;
    for (; p + LANES <= pairs; p += LANES, x += 2 * LANES)
        _mm512_storeu_si512(out + p, (__m512i)_mm512_cvtne2ps_pbh(_mm512_loadu_ps(x + LANES), _mm512_loadu_ps(x)));
    return p;
}
#else
static int pair_vectors(int n, const float *first, const float *second, Bf16Pair *out)
{
    for (int j = 0; j < n; j++)
        out[j] = pair(first[j], second[j]);
    return n;
}

static int run_vectors(int pairs, const float *x, Bf16Pair *out)
{
    for (int p = 0; p < pairs; p++)
        out[p] = pair(x[2 * p], x[2 * p + 1]);
    return pairs;
}
#endif

/* Two rows of n numbers into one of pairs; the second NULL: zeros. */
static void pair_rows(int n, const float *first, const float *second, Bf16Pair *out)
{
    if (second)
        for (int j = pair_vectors(n, first, second, out); j < n; j++)
            out[j] = pair(first[j], second[j]);
    else
        for (int j = 0; j < n; j++)
            out[j] = bf16_of(first[j]);
}

/* One row of k numbers into ⌈k/2⌉ pairs, `step` apart. */
static void pair_run(int k, const float *x, Bf16Pair *out, size_t step)
{
    for (int p = step == 1 ? run_vectors(k / 2, x, out) : 0; p < k / 2; p++)
        out[(size_t)p * step] = pair(x[2 * p], x[2 * p + 1]);
    if (k % 2)
        out[(size_t)(k / 2) * step] = bf16_of(x[k - 1]);
}

static void pack_bf16(int k, int cols, const float *B, size_t p_step, size_t j_step, Bf16Pair *panel)
{
    int pairs = (k + 1) / 2;
    if (cols < PANEL)
        memset(panel, 0, (size_t)pairs * PANEL * sizeof *panel);
    if (j_step == 1)
        for (int p = 0; p < pairs; p++) {
            const float *b = B + (size_t)(2 * p) * p_step;
            pair_rows(cols, b, 2 * p + 1 < k ? b + p_step : NULL, panel + (size_t)p * PANEL);
        }
    else
        for (int j = 0; j < cols; j++)
            pair_run(k, B + (size_t)j * j_step, panel + j, PANEL);
}

static void round_bf16(int m, int k, const float *A, size_t i_step, size_t p_step, Bf16Pair *out, size_t ldo)
{
    if (p_step == 1)
        for (int i = 0; i < m; i++)
            pair_run(k, A + (size_t)i * i_step, out + (size_t)i * ldo, 1);
    else
        for (int p = 0; p < (k + 1) / 2; p++) {
            const float *a = A + (size_t)(2 * p) * p_step;
            pair_rows(m, a, 2 * p + 1 < k ? a + p_step : NULL, out + (size_t)p * ldo);
        }
}

#endif

#endif
