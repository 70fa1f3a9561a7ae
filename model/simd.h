/* The inner loops. model/simd/ is written once and compiled once for each instruction set of the processor family; the
 * best set that this processor has is chosen before main. The environment variable COCO_SIMD chooses another one
 * ("avx2", "base"); an empty value counts as unset.
 *
 * Each result depends on its own inputs alone, in one order of operations, and not on the rows or columns beside it. So
 * callers may cut matrices where they like, among threads for instance, and get the same bits. Only gemm.c,
 * kernels.c, attend.c and screen.c call these functions; their headers say what is computed. cell.c, optim.c and attention.c
 * read the lists at the end. */
#ifndef COCO_MODEL_SIMD_H
#define COCO_MODEL_SIMD_H

#include "model/base/real.h"

#include <stddef.h>
#include <stdint.h>

/* Two neighbours along k, rounded to bfloat16: the first in the low half. */
typedef uint32_t Bf16Pair;

enum { SIMD_DOTS = 4 }; /* chains of additions that hide each other's latency */

/* Four neighbours along k, a byte each: the first in the lowest. */
typedef uint32_t Bytes;

/* A row x of numbers as step times bytes q. */
typedef struct {
    real step;
    real size;     /* |x| or more */
    real length;   /* |step·q| or more */
    real lost;     /* |x - step·q|, and what rounding may add to a product, as a share of |x| */
    int32_t start; /* of integer sums: -(byte_most + 1)·Σ q, for what is added to stored weights */
} ByteRow;

/* Columns w of weights as steps times bytes, from one column of a panel on. */
typedef struct {
    const real *base;  /* what is added to each product */
    const real *slack; /* for its rounding */
    const real *step;
    const real *lost, *length; /* |w - step·p| or more; |w| or more */
} ByteColumns;

/* The share that rounding may add to a product of k numbers. Each sum of k products is off by at most k roundings, and
 * a bound has a few more. */
static inline double byte_slack(int k)
{
    return ((double)k + 64) * 0x1.2p-24;
}

typedef struct {
    const char *name;
    int panel; /* columns of a panel */

    int tile; /* rows of A that are multiplied at a time */

    /* --- products (products.h) ---
     * B (k,n) is laid out in panels: k rows of `panel` numbers, zero past column n. The panel of column j begins at
     * j·apart. Element (p, j) of a B that is not laid out is at p·p_step + j·j_step; one of the steps is 1. */
    void (*pack)(int k, int n, const real *B, size_t p_step, size_t j_step, real *panels, size_t apart);
    /* C (m,n) = A (m,k)·panels + base; a NULL base counts as 0. The rows of A are lda apart; lda 0: A is in tiles. */
    void (*product)(int m, int n, int k, const real *A, size_t lda, const real *panels, size_t apart,
                    const real *base, size_t base_ld, real *C, size_t ldc);
    /* Lays A (m,k) out in tiles, m·k numbers. Element (i, p) is at i + p·p_step. */
    void (*pack_tiles)(int m, int k, const real *A, size_t p_step, real *out);

    /* --- with numbers rounded to bfloat16 (bf16.h) --- */
    void (*round_row)(int n, const real *x, real *y); /* y, which may be x, are floats still */
    /* As above, with pairs = ⌈k/2⌉ of such numbers along k, rounded up to a multiple of pair_step; sums are float, and
     * pair_rows are multiplied at a time. NULL: the processor has no such products. */
    int pair_step, pair_rows;
    void (*product_pairs)(int m, int n, int pairs, const Bf16Pair *A, size_t lda, const Bf16Pair *panels,
                          size_t apart, const real *base, size_t base_ld, real *C, size_t ldc);
    void (*pack_pairs)(int k, int n, const real *B, size_t p_step, size_t j_step, Bf16Pair *panels, size_t apart);
    /* Lays A (m,k) out, in room for m, rounded up to a multiple of pair_rows, times pairs. */
    void (*round_pairs)(int m, int k, const real *A, size_t lda, Bf16Pair *out); /* the rows are `pairs` apart */
    void (*round_tiles)(int m, int k, const real *A, size_t p_step, Bf16Pair *out);

    /* --- bounds of products (bytes.h). NULL: the processor has no products of bytes --- */
    int byte_most; /* weights are whole numbers up to this, and down to its negative; stored with byte_most + 1 added */
    void (*round_bytes)(int k, const real *x, int8_t *q, ByteRow *row);
    /* upper (m,cols): the product of row i and column j, its base added, is at most upper[i][j]. x (m,quads). */
    void (*upper_bounds)(int m, int cols, int quads, const ByteRow *row, const Bytes *x, const Bytes *panel,
                         ByteColumns columns, real *upper, size_t ld);
    /* The highest of a row's n products, its base added, is at least this. An upper bound of -∞ takes its column out. */
    real (*lower_bound)(int n, const real *upper, const ByteRow *row, ByteColumns columns);
    /* Single elements of a product, to the bit: sum[i] = x[i] (k) · y[i] (k) for SIMD_DOTS pairs. */
    void (*dots)(int k, const real *const *x, const real *const *y, real *sum);

    /* --- one row (rows.h) --- */
    void (*add_row)(int n, const real *x, real *y); /* y += x */
    real (*max)(int n, const real *x);
    int (*find)(int n, const real *x, real value);                /* the first place of value, or n */
    int (*above)(int n, const real *x, real value);               /* the first place above value, or n */
    double (*exp_row)(int n, const real *x, real minus, real *y); /* y = exp(x - minus); their sum */
    double (*sum_exp)(int n, const real *x, real minus);          /* the sum alone */
    void (*scale_row)(int n, real by, real *x);
    void (*add_outer)(int n, int m, const real *w, const real *x, real *y); /* y (n,m) += w (n)·x (m) */

    /* --- what is one file each, compiled for the set: NULL ends the lists (cell.h, optim.h, attention.h) --- */
    const struct Cell *const *cells;
    const struct OptimRule *const *rules;
    const struct Attention *const *attentions;
} Simd;

/* The set in use: the one that COCO_SIMD names, else the best. Constant from main on. */
extern const Simd *simd;

/* The value of COCO_SIMD if this processor has no set of that name (the best set is in use then), else NULL. Commands
 * treat it as an error. */
const char *simd_refused(void);

/* The name of the i-th set that this processor has, from the slowest to the fastest; NULL past the last. */
const char *simd_name(int i);

#endif
