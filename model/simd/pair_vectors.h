/* Products of pairs (bf16.h) by the vectors' dot product, VDPBF16PS: to a sum it adds the second product of a pair,
 * then the first. They are cut and chained as those of products.h. */
#ifndef COCO_MODEL_SIMD_PAIR_VECTORS_H
#define COCO_MODEL_SIMD_PAIR_VECTORS_H

#include "model/simd/bf16.h"

enum { PAIR_ROWS = TILE_ROWS };

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

static void product_pairs_panel(int m, int cols, int pairs, const Bf16Pair *A, size_t lda, const Bf16Pair *panel,
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

static void product_pairs(int m, int n, int pairs, const Bf16Pair *A, size_t lda, const Bf16Pair *panels,
                          size_t apart, const real *base, size_t base_ld, real *C, size_t ldc)
{
    for (int j = 0; j < n; j += PANEL)
        product_pairs_panel(m, n - j < PANEL ? n - j : PANEL, pairs, A, lda, panels + (size_t)j * apart,
                            base ? base + j : NULL, base_ld, C + j, ldc);
}

static void round_pairs(int m, int k, const float *A, size_t lda, Bf16Pair *out)
{
    for (int i = 0; i < m; i++)
        for (int p = 0; p < k; p += 2 * LANES)
            _mm512_mask_storeu_epi32(out + (size_t)i * (size_t)pairs_of(k) + p / 2, first_lanes((k - p + 1) / 2),
                                     pair_run(k - p, A + (size_t)i * lda + p));
}

/* As pack_tiles. */
static void round_tiles(int m, int k, const float *A, size_t p_step, Bf16Pair *out)
{
    enum { BLOCK = 8 };
    int pairs = pairs_of(k);
    for (int p0 = 0; p0 < pairs; p0 += BLOCK) {
        int end = pairs - p0 < BLOCK ? pairs : p0 + BLOCK;
        for (int i = 0, rows; i < m; i += rows) {
            rows = rows_from(m, i);
            for (int p = p0; p < end; p++) {
                const float *a = A + (size_t)(2 * p) * p_step + i;
                __mmask16 lanes = first_lanes(rows);
                _mm512_mask_storeu_epi32(out + (size_t)i * (size_t)pairs + (size_t)p * (size_t)rows, lanes,
                                         pair_lanes(lanes, a, 2 * p + 1 < k ? a + p_step : NULL));
            }
        }
    }
}

#endif
