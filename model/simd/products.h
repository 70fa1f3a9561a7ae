/* Products of a matrix with panels. One element of C is one chain of multiply-adds along k, whatever tile it
 * falls into.
 *
 *             panel: k rows of PANEL numbers
 *                  ┌────┬────┐
 *               k  │    │    │  PANEL_VECS vectors
 *     A            └────┴────┘
 *   ┌──────┐       ┌────┬────┐
 *   │  i p │ · ─►  │ sums    │  up to TILE_ROWS rows, in registers from the first p to the last
 *   └──────┘       └────┴────┘                                                                            */
#ifndef COCO_MODEL_SIMD_PRODUCTS_H
#define COCO_MODEL_SIMD_PRODUCTS_H

#include "model/simd/transpose.h"
#include "model/simd/vec.h"

#include <stdbool.h>
#include <string.h>

INLINED void tile(const int rows, int cols, int k, const real *A, size_t i_step, size_t p_step, const real *panel,
                  const real *base, size_t base_ld, real *C, size_t ldc)
{
    Vec sum[TILE_ROWS][PANEL_VECS];
    UNROLLED for (int r = 0; r < rows; r++) UNROLLED for (int v = 0; v < PANEL_VECS; v++) sum[r][v] = (Vec){0};
    for (int p = 0; p < k; p++) {
        Vec b[PANEL_VECS];
        UNROLLED for (int v = 0; v < PANEL_VECS; v++) b[v] = *(const Vec *)(panel + (size_t)p * PANEL + v * LANES);
        UNROLLED for (int r = 0; r < rows; r++)
        {
            real a = A[(size_t)r * i_step + (size_t)p * p_step];
            UNROLLED for (int v = 0; v < PANEL_VECS; v++) sum[r][v] += a * b[v];
        }
    }
    store_tile(rows, cols, sum, base, base_ld, C, ldc);
}

static void product_panel(int m, int cols, int k, const real *A, size_t lda, const real *panel, const real *base,
                          size_t base_ld, real *C, size_t ldc)
{
    for (int i = 0, rows; i < m; i += rows) {
        real *c = C + (size_t)i * ldc;
        const real *from = base ? base + (size_t)i * base_ld : NULL;
        rows = rows_from(m, i);
        if (lda)
            FOR_ROWS(rows, tile(ROWS, cols, k, A + (size_t)i * lda, lda, 1, panel, from, base_ld, c, ldc))
        else
            FOR_ROWS(rows, tile(ROWS, cols, k, A + (size_t)i * (size_t)k, 1, ROWS, panel, from, base_ld, c, ldc))
    }
}

static void product(int m, int n, int k, const real *A, size_t lda, const real *panels, size_t apart,
                    const real *base, size_t base_ld, real *C, size_t ldc)
{
    for (int j = 0; j < n; j += PANEL)
        product_panel(m, n - j < PANEL ? n - j : PANEL, k, A, lda, panels + (size_t)j * apart,
                      base ? base + j : NULL, base_ld, C + j, ldc);
}

/* The numbers of a tile of A, side by side where the tile needs them together. */
static void pack_tiles(int m, int k, const real *A, size_t p_step, real *out)
{
    enum { BLOCK = 8 }; /* of k: so many rows of A stay in the nearest cache until all tiles have theirs */
    for (int p0 = 0; p0 < k; p0 += BLOCK) {
        int end = k - p0 < BLOCK ? k : p0 + BLOCK;
        for (int i = 0, rows; i < m; i += rows) {
            rows = rows_from(m, i);
            for (int p = p0; p < end; p++) {
                const real *a = A + (size_t)p * p_step + i;
                real *to = out + (size_t)i * (size_t)k + (size_t)p * (size_t)rows;
                FOR_ROWS(rows, memcpy(to, a, ROWS * sizeof *to))
            }
        }
    }
}

/* LANES columns of B, each one run of memory, LANES numbers deep. */
INLINED void pack_square(const real *B, size_t ldb, real *panel)
{
    Vec row[LANES];
    UNROLLED for (int j = 0; j < LANES; j++) row[j] = *(const VecAt *)(B + (size_t)j * ldb);
    TRANSPOSE(row);
    UNROLLED for (int p = 0; p < LANES; p++) memcpy(panel + p * PANEL, &row[p], sizeof row[p]);
}

/* Columns of B, in squares as far as there are, else a few numbers of each column at a time. */
static void pack_transposed(int k, int cols, const real *B, size_t ldb, real *panel)
{
    const int full = cols - cols % LANES;
    for (int p0 = 0; p0 < k; p0 += LANES) {
        const bool square = k - p0 >= LANES;
        real *to = panel + (size_t)p0 * PANEL;
        for (int j = 0; j < full && square; j += LANES)
            pack_square(B + (size_t)j * ldb + p0, ldb, to + j);
        for (int j = square ? full : 0; j < cols; j++)
            for (int p = 0; p < LANES && p0 + p < k; p++)
                to[p * PANEL + j] = B[(size_t)j * ldb + p0 + p];
    }
}

/* Rows of B, each one run of memory. */
static void pack_plain(int k, int n, const real *B, size_t ldb, real *panels, size_t apart)
{
    for (int p = 0; p < k; p++)
        for (int j = 0; j < n; j += PANEL) {
            const real *b = B + (size_t)p * ldb + j;
            real *to = panels + (size_t)j * apart + (size_t)p * PANEL;
            if (n - j >= PANEL)
                memcpy(to, b, PANEL * sizeof *to);
            else
                memcpy(to, b, (size_t)(n - j) * sizeof *to);
        }
}

static void pack(int k, int n, const real *B, size_t p_step, size_t j_step, real *panels, size_t apart)
{
    if (n % PANEL)
        memset(panels + (size_t)(n - n % PANEL) * apart, 0, (size_t)k * PANEL * sizeof *panels);
    if (j_step == 1)
        pack_plain(k, n, B, p_step, panels, apart);
    else
        for (int j = 0; j < n; j += PANEL)
            pack_transposed(k, n - j < PANEL ? n - j : PANEL, B + (size_t)j * j_step, j_step,
                            panels + (size_t)j * apart);
}

#endif
