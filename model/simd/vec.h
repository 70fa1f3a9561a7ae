/* The vectors of one instruction set: set.c, with all that this folder has, is compiled once for each. */
#ifndef COCO_MODEL_SIMD_VEC_H
#define COCO_MODEL_SIMD_VEC_H

#include "model/simd.h"

/* The tile of a product that the registers hold: TILE_ROWS × PANEL_VECS vectors of sums, besides PANEL_VECS
 * for a row of the panel and one for a number of A that is spread over a vector. */
#if defined __AVX512F__
enum { VEC_BYTES = 64, PANEL_VECS = 2, TILE_ROWS = 14 };
#elif defined __AVX2__
enum { VEC_BYTES = 32, PANEL_VECS = 2, TILE_ROWS = 6 };
#elif defined __aarch64__
enum { VEC_BYTES = 16, PANEL_VECS = 4, TILE_ROWS = 6 };
#else
enum { VEC_BYTES = 16, PANEL_VECS = 2, TILE_ROWS = 6 };
#endif

enum { LANES = VEC_BYTES / (int)sizeof(real), PANEL = PANEL_VECS * LANES };

typedef real Vec __attribute__((vector_size(VEC_BYTES)));
/* The same at any address. */
typedef real VecAt __attribute__((vector_size(VEC_BYTES), aligned(__alignof__(real)), may_alias));

/* Loops over the registers of a tile: only unrolled do they stay in registers. */
#ifdef __clang__
#define UNROLLED _Pragma("clang loop unroll(full)")
#else
#define UNROLLED _Pragma("GCC unroll 16")
#endif
#define INLINED static inline __attribute__((always_inline))

/* Calls tile(rows, ...) with rows a constant, 1 to TILE_ROWS. */
#define TILE_CASE(r, call) \
    case r: \
        if (r <= TILE_ROWS) { \
            enum { ROWS = r <= TILE_ROWS ? r : 1 }; \
            call; \
        } \
        break;
#define FOR_ROWS(rows, call) \
    switch (rows) { \
        TILE_CASE(1, call) \
        TILE_CASE(2, call) \
        TILE_CASE(3, call) TILE_CASE(4, call) TILE_CASE(5, call) TILE_CASE(6, call) TILE_CASE(7, call) \
            TILE_CASE(8, call) TILE_CASE(9, call) TILE_CASE(10, call) TILE_CASE(11, call) TILE_CASE(12, call) \
                TILE_CASE(13, call) TILE_CASE(14, call) \
    }

/* The sums of a tile and what they are added to (NULL: nothing) to C (rows, cols). */
INLINED void store_tile(const int rows, int cols, Vec sum[TILE_ROWS][PANEL_VECS], const real *base, size_t base_ld,
                        real *C, size_t ldc)
{
    if (cols == PANEL) {
        UNROLLED for (int r = 0; r < rows; r++) UNROLLED for (int v = 0; v < PANEL_VECS; v++)
        {
            VecAt *c = (VecAt *)(C + (size_t)r * ldc + v * LANES);
            if (base)
                *c = *(const VecAt *)(base + (size_t)r * base_ld + v * LANES) + sum[r][v];
            else
                *c = sum[r][v];
        }
        return;
    }
    Vec all[TILE_ROWS][PANEL_VECS]; /* apart from `sum`, which stays in registers so */
    UNROLLED for (int r = 0; r < rows; r++) UNROLLED for (int v = 0; v < PANEL_VECS; v++) all[r][v] = sum[r][v];
    for (int r = 0; r < rows; r++) {
        const real *from = (const real *)all[r];
        for (int j = 0; j < cols; j++)
            C[(size_t)r * ldc + j] = base ? base[(size_t)r * base_ld + j] + from[j] : from[j];
    }
}

/* m rows in tiles of nearly one size: the rows of the tile that starts at row i. */
static inline int rows_from(int m, int i)
{
    int left = m - i, tiles = (left + TILE_ROWS - 1) / TILE_ROWS;
    return (left + tiles - 1) / tiles;
}

#endif
