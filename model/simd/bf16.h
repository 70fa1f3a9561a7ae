/* Numbers rounded to bfloat16 (the upper half of a float, rounded to nearest, ties to even), and, where the processor
 * has dot products of them, products with sums in float. Neighbours along k are stored in pairs, because that is what
 * the dot product takes. Without it rounded numbers stay floats, and their products are those of products.h. */
#ifndef COCO_MODEL_SIMD_BF16_H
#define COCO_MODEL_SIMD_BF16_H

#include "model/simd/vec.h"

#ifndef REAL_IS_DOUBLE

#include <string.h>

/* The bits of x, rounded: those of a bfloat16, and zeros below. */
static inline uint32_t rounded_bits(float x)
{
    uint32_t u;
    memcpy(&u, &x, sizeof u);
    uint32_t nearest = u + 0x7fff + (u >> 16 & 1);
    /* Of a NaN the rounding could leave a zero. */
    return ((u & 0x7fffffff) > 0x7f800000 ? u | 0x400000 : nearest) & 0xffff0000;
}

static void round_row(int n, const float *x, float *y)
{
#pragma omp simd
    for (int j = 0; j < n; j++) {
        uint32_t bits = rounded_bits(x[j]);
        memcpy(&y[j], &bits, sizeof bits);
    }
}

#ifdef __AVX512BF16__
#include <immintrin.h>

typedef Bf16Pair Pairs __attribute__((vector_size(VEC_BYTES)));

/* --- products --- */

INLINED void tile_pairs(const int rows, int cols, int pairs, const Bf16Pair *A, size_t i_step, size_t p_step,
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
            Pairs a = A[(size_t)r * i_step + (size_t)p * p_step] - (Pairs){0};
            UNROLLED for (int v = 0; v < PANEL_VECS; v++) sum[r][v] =
                (Vec)_mm512_dpbf16_ps((__m512)sum[r][v], (__m512bh)a, (__m512bh)b[v]);
        }
    }
    store_tile(rows, cols, sum, base, base_ld, C, ldc);
}

static void product_pairs(int m, int cols, int pairs, const Bf16Pair *A, size_t lda, const Bf16Pair *panel,
                          const real *base, size_t base_ld, real *C, size_t ldc)
{
    for (int i = 0, rows; i < m; i += rows) {
        float *c = C + (size_t)i * ldc;
        const real *from = base ? base + (size_t)i * base_ld : NULL;
        rows = rows_from(m, i);
        if (lda)
            FOR_ROWS(rows, tile_pairs(ROWS, cols, pairs, A + (size_t)i * lda, lda, 1, panel, from, base_ld, c, ldc))
        else
            FOR_ROWS(rows, tile_pairs(ROWS, cols, pairs, A + (size_t)i * (size_t)pairs, 1, ROWS, panel, from,
                                      base_ld, c, ldc))
    }
}

/* --- rounding into pairs ---
 * By the processor, which takes what is below the normal numbers for zero, as its products do. */

static __m512i rounded(__m512 x)
{
    return _mm512_cvtepu16_epi32((__m256i)_mm512_cvtneps_pbh(x));
}

static __mmask16 first_lanes(int n)
{
    return (__mmask16)(n < LANES ? (1 << n) - 1 : 0xffff);
}

/* Two rows of n numbers into one of pairs; the second NULL: zeros. */
static void pair_rows(int n, const float *first, const float *second, Bf16Pair *out)
{
    for (int j = 0; j < n; j += LANES) {
        __mmask16 lanes = first_lanes(n - j);
        __m512i low = rounded(_mm512_maskz_loadu_ps(lanes, first + j));
        if (second)
            low = _mm512_or_si512(low, _mm512_slli_epi32(rounded(_mm512_maskz_loadu_ps(lanes, second + j)), 16));
        _mm512_mask_storeu_epi32(out + j, lanes, low);
    }
}

/* One row of k numbers into ⌈k/2⌉ pairs. */
static void pair_run(int k, const float *x, Bf16Pair *out)
{
    for (int p = 0; p < k; p += 2 * LANES) {
        __m512 low = _mm512_maskz_loadu_ps(first_lanes(k - p), x + p);
        __m512 high =
            k - p > LANES ? _mm512_maskz_loadu_ps(first_lanes(k - p - LANES), x + p + LANES) : _mm512_setzero_ps();
        _mm512_mask_storeu_epi32(out + p / 2, first_lanes((k - p + 1) / 2),
                                 (__m512i)_mm512_cvtne2ps_pbh(high, low));
    }
}

static void round_pairs(int m, int k, const float *A, size_t lda, Bf16Pair *out)
{
    for (int i = 0; i < m; i++)
        pair_run(k, A + (size_t)i * lda, out + (size_t)i * (size_t)((k + 1) / 2));
}

/* As pack_tiles. */
static void round_tiles(int m, int k, const float *A, size_t p_step, Bf16Pair *out)
{
    enum { BLOCK = 8 };
    int pairs = (k + 1) / 2;
    for (int p0 = 0; p0 < pairs; p0 += BLOCK) {
        int end = pairs - p0 < BLOCK ? pairs : p0 + BLOCK;
        for (int i = 0, rows; i < m; i += rows) {
            rows = rows_from(m, i);
            for (int p = p0; p < end; p++) {
                const float *a = A + (size_t)(2 * p) * p_step + i;
                pair_rows(rows, a, 2 * p + 1 < k ? a + p_step : NULL,
                          out + (size_t)i * (size_t)pairs + (size_t)p * (size_t)rows);
            }
        }
    }
}

static void pack_pairs(int k, int cols, const float *B, size_t p_step, size_t j_step, Bf16Pair *panel)
{
    enum { RUN = 2 * LANES };
    int pairs = (k + 1) / 2;
    if (cols < PANEL)
        memset(panel, 0, (size_t)pairs * PANEL * sizeof *panel);
    if (j_step == 1)
        for (int p = 0; p < pairs; p++) {
            const float *b = B + (size_t)(2 * p) * p_step;
            pair_rows(cols, b, 2 * p + 1 < k ? b + p_step : NULL, panel + (size_t)p * PANEL);
        }
    else
        for (int p0 = 0; p0 < k; p0 += RUN)
            for (int j = 0; j < cols; j++) {
                Bf16Pair run[LANES];
                int n = k - p0 < RUN ? k - p0 : RUN;
                pair_run(n, B + (size_t)j * j_step + p0, run);
                for (int p = 0; p < (n + 1) / 2; p++)
                    panel[(size_t)(p0 / 2 + p) * PANEL + j] = run[p];
            }
}
#endif

#endif

#endif
