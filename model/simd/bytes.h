/* Bounds of the products of a row of numbers with columns of weights, from products of whole numbers of a byte each.
 *
 *   x = step·q + what is lost,  w = step'·p + what is lost'       q, p: whole numbers, |q| ≤ 127
 *   x·w + b ≤ step·step'·(q·p) + b + |step·q||what is lost'| + |what is lost||w| + what rounding may add
 *
 * Each |·| is a length: the two last products are at most that by Cauchy and Schwarz. Four neighbours along k are
 * stored side by side, because that is what the processors multiply. Their instruction takes one factor without a
 * sign: the weights, to which byte_most + 1 is added; a row's sum begins with what that adds, less its sign. */
#ifndef COCO_MODEL_SIMD_BYTES_H
#define COCO_MODEL_SIMD_BYTES_H

#include "model/simd/rows.h"
#include "model/simd/vec.h"

#if !defined REAL_IS_DOUBLE && defined __AVX2__
#define HAVE_BYTES
#include <immintrin.h>
#include <math.h>

typedef int32_t Ints __attribute__((vector_size(VEC_BYTES)));

/* Without VNNI two products are added in 16 bits, where only weights of 7 bits leave room. */
#ifdef __AVX512VNNI__
enum { BYTE_MOST = 127 };
#else
enum { BYTE_MOST = 63 };
#endif

INLINED Ints add_bytes(Ints sum, Ints w, Ints x)
{
#if defined __AVX512VNNI__
    return (Ints)_mm512_dpbusd_epi32((__m512i)sum, (__m512i)w, (__m512i)x);
#elif defined __AVX512BW__
    return sum + (Ints)_mm512_madd_epi16(_mm512_maddubs_epi16((__m512i)w, (__m512i)x), _mm512_set1_epi16(1));
#else
    return sum + (Ints)_mm256_madd_epi16(_mm256_maddubs_epi16((__m256i)w, (__m256i)x), _mm256_set1_epi16(1));
#endif
}

INLINED void tile_bytes(const int rows, int cols, int quads, const ByteRow *row, const Bytes *x, const Bytes *panel,
                        ByteColumns c, real *upper, size_t ld)
{
    Ints sum[TILE_ROWS][PANEL_VECS];
    Vec bound[TILE_ROWS][PANEL_VECS];
    UNROLLED for (int r = 0; r < rows; r++) UNROLLED for (int v = 0; v < PANEL_VECS; v++) sum[r][v] =
        row[r].start - (Ints){0};
    for (int p = 0; p < quads; p++) {
        Ints w[PANEL_VECS];
        UNROLLED for (int v = 0; v < PANEL_VECS; v++) w[v] = *(const Ints *)(panel + (size_t)p * PANEL + v * LANES);
        UNROLLED for (int r = 0; r < rows; r++)
        {
            Ints a = (int32_t)x[(size_t)r * (size_t)quads + (size_t)p] - (Ints){0};
            UNROLLED for (int v = 0; v < PANEL_VECS; v++) sum[r][v] = add_bytes(sum[r][v], w[v], a);
        }
    }
    UNROLLED for (int v = 0; v < PANEL_VECS; v++)
    {
        Vec base = *(const Vec *)(c.base + v * LANES), slack = *(const Vec *)(c.slack + v * LANES),
            step = *(const Vec *)(c.step + v * LANES), lost = *(const Vec *)(c.lost + v * LANES),
            length = *(const Vec *)(c.length + v * LANES);
        UNROLLED for (int r = 0; r < rows; r++) bound[r][v] =
            base + __builtin_convertvector(sum[r][v], Vec) * (row[r].step * step) +
            (row[r].length * lost + row[r].lost * length + slack);
    }
    store_tile(rows, cols, bound, NULL, 0, upper, ld);
}

static void upper_bounds(int m, int cols, int quads, const ByteRow *row, const Bytes *x, const Bytes *panel,
                         ByteColumns c, real *upper, size_t ld)
{
    for (int i = 0, rows; i < m; i += rows) {
        rows = rows_from(m, i);
        FOR_ROWS(rows, tile_bytes(ROWS, cols, quads, row + i, x + (size_t)i * (size_t)quads, panel, c,
                                  upper + (size_t)i * ld, ld))
    }
}

/* Rounding the numbers may be off by no more than what is said to be lost: any q is right. Sums of squares are
 * rounded at each of their k additions at most, and lengths grow by more than that. */
static void round_bytes(int k, const real *x, int8_t *q, ByteRow *row)
{
    real most = 0, lost = 0, length = 0;
    int sum = 0, squares = 0;
#pragma omp simd reduction(max : most)
    for (int p = 0; p < k; p++) {
        real size = x[p] < 0 ? -x[p] : x[p];
        most = size > most ? size : most;
    }
    const real step = most / 127, by = step > 1e-30f ? 1 / step : 0;
#pragma omp simd reduction(+ : lost, length, sum, squares)
    for (int p = 0; p < k; p++) {
        real whole = (x[p] * by + 12582912.0f) - 12582912.0f; /* 1.5·2^23: adding it rounds */
        int n = (int)(whole == whole ? whole : 0), near = n > 127 ? 127 : n < -127 ? -127 : n;
        real rest = x[p] - step * (real)near;
        q[p] = (int8_t)near;
        sum += near;
        squares += near * near;
        lost += rest * rest;
        length += x[p] * x[p];
    }
    const real tiny = 1e-19f; /* what squares lose that are no normal floats */
    const double slack = byte_slack(k);
    row->step = step;
    row->start = -(BYTE_MOST + 1) * sum;
    row->size = (real)(sqrt((double)length) * (1 + slack));
    row->length = (real)((double)step * sqrt((double)squares) * (1 + slack));
    row->lost = (real)((sqrt((double)lost) + slack * sqrt((double)length)) * (1 + slack)) + tiny;
}

/* The highest of the lower bounds: as far below what the product is near to as the upper ones are above. */
static real lower_bound(int n, const real *upper, const ByteRow *row, ByteColumns c)
{
    real lane[MAX_LANES], most = -INFINITY;
    int j = 0;
#define LOWER(j) (upper[j] - 2 * (row->length * c.lost[j] + row->lost * c.length[j] + c.slack[j]))
    for (int l = 0; l < MAX_LANES; l++)
        lane[l] = most;
    for (; j + MAX_LANES <= n; j += MAX_LANES)
        for (int l = 0; l < MAX_LANES; l++)
            lane[l] = LOWER(j + l) > lane[l] ? LOWER(j + l) : lane[l];
    for (; j < n; j++)
        most = LOWER(j) > most ? LOWER(j) : most;
    for (int l = 0; l < MAX_LANES; l++)
        most = lane[l] > most ? lane[l] : most;
#undef LOWER
    return most;
}

/* Each a chain, as an element of a tile is; a compiler left to itself would multiply many at once and then add. */
static void dots(int k, const real *const *x, const real *const *y, real *sum)
{
    real s[SIMD_DOTS] = {0};
    for (int p = 0; p < k; p++)
        UNROLLED for (int i = 0; i < SIMD_DOTS; i++) s[i] = __builtin_fmaf(x[i][p], y[i][p], s[i]);
    for (int i = 0; i < SIMD_DOTS; i++)
        sum[i] = s[i];
}
#endif

#endif
