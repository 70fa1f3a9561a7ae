/* Numbers rounded to bfloat16 (the upper half of a float, rounded to nearest, ties to even), and, where the processor
 * has products of them with sums in float, their pairs: neighbours along k are stored together, because that is what
 * such a product takes. The products themselves are in pair_vectors.h and pair_tiles.h, one or the other for a set.
 * Without them rounded numbers stay floats, and their products are those of products.h. */
#ifndef COCO_MODEL_SIMD_BF16_H
#define COCO_MODEL_SIMD_BF16_H

#include "model/simd/transpose.h"
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

/* --- pairs ---
 * Rounded by the processor, which takes what is below the normal numbers for zero, as its products do. */

/* Pairs along k come in multiples of this many; those past the last are zero. */
#ifdef __AMX_BF16__
enum { PAIR_STEP = 16 };
#else
enum { PAIR_STEP = 1 };
#endif

typedef Bf16Pair Pairs __attribute__((vector_size(VEC_BYTES)));

static int pairs_of(int k)
{
    return (k + 2 * PAIR_STEP - 1) / (2 * PAIR_STEP) * PAIR_STEP;
}

/* Lanes 0 to n-1, as far as there are. */
static __mmask16 first_lanes(int n)
{
    return (__mmask16)(n >= LANES ? 0xffff : n > 0 ? (1 << n) - 1 : 0);
}

static __m512i rounded(__m512 x)
{
    return _mm512_cvtepu16_epi32((__m256i)_mm512_cvtneps_pbh(x));
}

/* Lanes of two rows; the second NULL: zeros. */
static __m512i pair_lanes(__mmask16 lanes, const float *first, const float *second)
{
    __m512i low = rounded(_mm512_maskz_loadu_ps(lanes, first));
    if (!second)
        return low;
    return _mm512_or_si512(low, _mm512_slli_epi32(rounded(_mm512_maskz_loadu_ps(lanes, second)), 16));
}

/* The first LANES pairs of a row of n numbers, zeros past its end. */
static __m512i pair_run(int n, const float *x)
{
    __m512 low = _mm512_maskz_loadu_ps(first_lanes(n), x);
    __m512 high = n > LANES ? _mm512_maskz_loadu_ps(first_lanes(n - LANES), x + LANES) : _mm512_setzero_ps();
    return (__m512i)_mm512_cvtne2ps_pbh(high, low);
}

/* --- panels --- */

/* Columns of B, each one run of memory; of a panel that is not full zeros take their place. */
static void pack_pairs_transposed(int k, int n, const float *B, size_t ldb, Bf16Pair *panels, size_t apart)
{
    for (int j0 = 0; j0 < n; j0 += PANEL)
        for (int p0 = 0; p0 < k; p0 += 2 * LANES)
            for (int at = 0; at < PANEL; at += LANES) {
                Pairs run[LANES];
                int cols = n - j0 - at;
                const float *b = B + (size_t)(cols > 0 ? j0 + at : 0) * ldb + p0;
                UNROLLED for (int j = 0; j < LANES; j++) run[j] =
                    j < cols ? (Pairs)pair_run(k - p0, b + (size_t)j * ldb) : (Pairs){0};
                TRANSPOSE(run);
                Bf16Pair *to = panels + (size_t)j0 * apart + (size_t)(p0 / 2) * PANEL + at;
                for (int p = 0; p < LANES && p0 + 2 * p < k; p++)
                    _mm512_storeu_si512(to + (size_t)p * PANEL, (__m512i)run[p]);
            }
}

/* Rows of B, each one run of memory. */
static void pack_pairs_plain(int k, int n, const float *B, size_t ldb, Bf16Pair *panels, size_t apart)
{
    for (int p = 0; 2 * p < k; p++)
        for (int j = 0; j < n; j += LANES) {
            const float *b = B + (size_t)(2 * p) * ldb + j;
            __m512i pairs = pair_lanes(first_lanes(n - j), b, 2 * p + 1 < k ? b + ldb : NULL);
            Bf16Pair *to = panels + (size_t)(j - j % PANEL) * apart + (size_t)p * PANEL + j % PANEL;
            _mm512_storeu_si512(to, pairs);
        }
}

static void pack_pairs(int k, int n, const float *B, size_t p_step, size_t j_step, Bf16Pair *panels, size_t apart)
{
    if (n % PANEL)
        memset(panels + (size_t)(n - n % PANEL) * apart, 0, (size_t)pairs_of(k) * PANEL * sizeof *panels);
    if (j_step == 1)
        pack_pairs_plain(k, n, B, p_step, panels, apart);
    else
        pack_pairs_transposed(k, n, B, j_step, panels, apart);
    int full = (k + 1) / 2;
    for (int j = 0; j < n && full < pairs_of(k); j += PANEL)
        memset(panels + (size_t)j * apart + (size_t)full * PANEL, 0,
               (size_t)(pairs_of(k) - full) * PANEL * sizeof *panels);
}
#endif

#endif

#endif
