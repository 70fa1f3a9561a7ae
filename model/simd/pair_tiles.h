/* Products of pairs (bf16.h) by the processor's tiles, AMX. A tile is a register of 16 rows of 64 bytes; one
 * instruction, TDPBF16PS, multiplies two of them and adds to a third. A square of C takes four tiles of sums:
 *
 *                       panel: 16 columns, 16 columns
 *                           ┌────┬────┐
 *                 16 pairs  │ 6  │ 7  │
 *        16 pairs           └────┴────┘
 *          ┌────┐           ┌────┬────┐
 *  16 rows │ 4  │     ─►    │ 0  │ 1  │
 *          ├────┤           ├────┼────┤
 *  16 rows │ 5  │           │ 2  │ 3  │
 *          └────┘           └────┴────┘
 *
 * A step of 16 pairs adds up the first products of the pairs and the second ones apart, then both to the sum, which
 * began as the base. So sums differ in last bits from those of pair_vectors.h. What is below the normal numbers counts
 * as zero, in factors and in sums.
 *
 * Elements of C do not meet, so a row has the same bits whatever stands beside it. A tile of one row takes as long as
 * one of 16; tiles are used even so, because they are the fastest for any number of rows (measured on a Sapphire
 * Rapids, 512 by 512, microseconds for 1, 4, 16 and 64 rows: tiles 3.3, 3.4, 5.3, 20; dot products of vectors 8.3, 18,
 * 68, 280; float32 8.3, 12, 39, 149).
 *
 * At the edges of C tiles are configured smaller. The configuration is the thread's; other libraries have theirs, so
 * each product loads its own (some 90 ns) and releases it, after which a switch of threads saves no tiles. */
#ifndef COCO_MODEL_SIMD_PAIR_TILES_H
#define COCO_MODEL_SIMD_PAIR_TILES_H

#include "model/simd/bf16.h"

#include <stdbool.h>

enum { SIDE = PAIR_STEP, SQUARE = 2 * SIDE, PAIR_ROWS = SQUARE };
_Static_assert(SQUARE == (int)PANEL, "a panel is as wide as a square");

/* The operand of LDTILECFG. */
typedef struct {
    uint8_t palette, start_row, reserved[14];
    uint16_t row_bytes[16];
    uint8_t rows[16];
} TileConfig;

static void shape(TileConfig *c, int tile, int rows, int columns)
{
    bool used = rows > 0 && columns > 0;
    c->rows[tile] = used ? (uint8_t)rows : 0;
    c->row_bytes[tile] = used ? (uint16_t)(columns * (int)sizeof(float)) : 0;
}

/* Tiles for squares of C of that size. */
static void configure(int high, int wide)
{
    _Alignas(64) TileConfig c = {.palette = 1};
    const int rows[2] = {high < SIDE ? high : SIDE, high - SIDE},
              cols[2] = {wide < SIDE ? wide : SIDE, wide - SIDE};
    for (int t = 0; t < 2; t++) {
        shape(&c, 2 * t, rows[t], cols[0]);
        shape(&c, 2 * t + 1, rows[t], cols[1]);
        shape(&c, 4 + t, rows[t], SIDE);
        shape(&c, 6 + t, SIDE, cols[t]);
    }
    /* GCC's tile loads do not say that they read memory: what is written must be there now. */
    __asm__ volatile("" : : "r"(&c) : "memory");
    _tile_loadconfig(&c);
}

#define ZERO_TILE(tile, at, stride) _tile_zero(tile)

/* ZERO_TILE, _tile_loadd or _tile_stored, of a square's sums. */
#define EACH_SUM(below, beside, at, ld, what) \
    do { \
        what(0, (at), (ld) * sizeof(float)); \
        if (beside) \
            what(1, (at) + SIDE, (ld) * sizeof(float)); \
        if (below) \
            what(2, (at) + SIDE * (ld), (ld) * sizeof(float)); \
        if ((below) && (beside)) \
            what(3, (at) + SIDE * (ld) + SIDE, (ld) * sizeof(float)); \
    } while (0)

/* One square, at most SQUARE rows and columns. below, beside: it has tiles there. */
INLINED void square(const bool below, const bool beside, int pairs, const Bf16Pair *A, const Bf16Pair *panel,
                    const float *base, size_t base_ld, float *C, size_t ldc)
{
    const Bf16Pair *A_below = A + (size_t)pairs * SIDE;
    if (base)
        EACH_SUM(below, beside, base, base_ld, _tile_loadd);
    else
        EACH_SUM(below, beside, C, ldc, ZERO_TILE);
    for (int p = 0; p < pairs; p += SIDE) {
        _tile_loadd(4, A + (size_t)p * SIDE, SIDE * sizeof *A);
        _tile_loadd(6, panel + (size_t)p * PANEL, PANEL * sizeof *panel);
        _tile_dpbf16ps(0, 4, 6);
        if (beside) {
            _tile_loadd(7, panel + (size_t)p * PANEL + SIDE, PANEL * sizeof *panel);
            _tile_dpbf16ps(1, 4, 7);
        }
        if (below) {
            _tile_loadd(5, A_below + (size_t)p * SIDE, SIDE * sizeof *A);
            _tile_dpbf16ps(2, 5, 6);
        }
        if (below && beside)
            _tile_dpbf16ps(3, 5, 7);
    }
    EACH_SUM(below, beside, C, ldc, _tile_stored);
}

/* Asks for the rows of a square, which are far apart: the processor does not foresee them. */
static void fetch(int rows, const float *at, size_t ld)
{
    for (int r = 0; r < rows; r++) {
        __builtin_prefetch(at + (size_t)r * ld);
        __builtin_prefetch(at + (size_t)r * ld + SIDE);
    }
}

/* A part of C whose squares have one size but for the last of a direction, which is as large. */
static void squares(int m, int n, int pairs, const Bf16Pair *A, const Bf16Pair *panels, size_t apart,
                    const float *base, size_t base_ld, float *C, size_t ldc)
{
    bool below = m > SIDE, beside = n > SIDE;
    configure(m < SQUARE ? m : SQUARE, n < SQUARE ? n : SQUARE);
    for (int j = 0; j < n; j += SQUARE)
        for (int i = 0; i < m; i += SQUARE) {
            const Bf16Pair *a = A + (size_t)i * (size_t)pairs, *panel = panels + (size_t)j * apart;
            const float *from = base ? base + (size_t)i * base_ld + j : NULL;
            float *c = C + (size_t)i * ldc + j;
            if (j + SQUARE < n) {
                int rows = m - i < SQUARE ? m - i : SQUARE;
                fetch(rows, c + SQUARE, ldc);
                if (base && base != C)
                    fetch(rows, from + SQUARE, base_ld);
            }
            if (below && beside)
                square(true, true, pairs, a, panel, from, base_ld, c, ldc);
            else if (beside)
                square(false, true, pairs, a, panel, from, base_ld, c, ldc);
            else
                square(below, false, pairs, a, panel, from, base_ld, c, ldc);
        }
}

/* Whole squares of n, then what is left. */
static int whole_or_rest(int n)
{
    return n < SQUARE ? n : n - n % SQUARE;
}

static void product_pairs(int m, int n, int pairs, const Bf16Pair *A, size_t lda, const Bf16Pair *panels,
                          size_t apart, const real *base, size_t base_ld, real *C, size_t ldc)
{
    (void)lda; /* A is in tiles always */
    for (int j = 0, wide; j < n; j += wide) {
        wide = whole_or_rest(n - j);
        for (int i = 0, high; i < m; i += high) {
            high = whole_or_rest(m - i);
            squares(high, wide, pairs, A + (size_t)i * (size_t)pairs, panels + (size_t)j * apart, apart,
                    base ? base + (size_t)i * base_ld + j : NULL, base_ld, C + (size_t)i * ldc + j, ldc);
        }
    }
    _tile_release();
}

/* Where A's tile of row i and pair p has that row. */
static Bf16Pair *tile_row(Bf16Pair *tiles, int pairs, int i, int p)
{
    return tiles + (size_t)(i - i % SIDE) * (size_t)pairs + (size_t)p * SIDE + (size_t)(i % SIDE) * SIDE;
}

static void round_pairs(int m, int k, const float *A, size_t lda, Bf16Pair *out)
{
    for (int i = 0; i < m; i++)
        for (int p = 0; p < k; p += 2 * SIDE)
            _mm512_storeu_si512(tile_row(out, pairs_of(k), i, p / 2), pair_run(k - p, A + (size_t)i * lda + p));
}

static void round_tiles(int m, int k, const float *A, size_t p_step, Bf16Pair *out)
{
    for (int p0 = 0; p0 < k; p0 += 2 * SIDE)
        for (int i0 = 0; i0 < m; i0 += SIDE) {
            Pairs row[SIDE];
            __mmask16 lanes = first_lanes(m - i0);
            UNROLLED for (int p = 0; p < SIDE; p++)
            {
                const float *a = A + (size_t)(p0 + 2 * p) * p_step + i0;
                int left = k - p0 - 2 * p;
                row[p] = left > 0 ? (Pairs)pair_lanes(lanes, a, left > 1 ? a + p_step : NULL) : (Pairs){0};
            }
            TRANSPOSE(row);
            for (int i = 0; i < SIDE && i0 + i < m; i++)
                _mm512_storeu_si512(tile_row(out, pairs_of(k), i0 + i, p0 / 2), (__m512i)row[i]);
        }
}

#endif
