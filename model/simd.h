/* The inner loops. model/simd/ is written once and compiled once for each instruction set of the processor family; the
 * best set that this processor has is chosen before main. The environment variable COCO_SIMD chooses another one ("avx2",
 * "base"); an empty value counts as unset.
 *
 * Each result depends on its own inputs alone, in one order of operations, and not on the rows or columns beside it. So
 * callers may cut matrices where they like, among threads for instance, and get the same bits. Only gemm.c,
 * kernels.c and attend.c call these functions; their headers say what is computed. cell.c, optim.c and attention.c read the
 * lists at the end. */
#ifndef COCO_MODEL_SIMD_H
#define COCO_MODEL_SIMD_H

#include "model/base/real.h"

#include <stddef.h>
#include <stdint.h>

/* Two neighbours along k, rounded to bfloat16: the first in the low half. */
typedef uint32_t Bf16Pair;

typedef struct {
    const char *name;
    int panel; /* columns of a panel */

    /* --- products (products.h, bf16.h) ---
     * B (k,n) is laid out in panels: k rows of `panel` numbers, zero past column n.
     * Element (p, j) of an unpacked matrix is at p·p_step + j·j_step; one of the steps is 1. */
    void (*pack)(int k, int cols, const real *B, size_t p_step, size_t j_step, real *panel);
    /* C (m,cols) = A (m,k)·panel + base; a NULL base counts as 0. Element (i, p) of A is at i·i_step + p·p_step. */
    void (*product)(int m, int cols, int k, const real *A, size_t i_step, size_t p_step, const real *panel,
                    const real *base, size_t base_ld, real *C, size_t ldc);
    /* The same with numbers rounded to bfloat16, pairs = ⌈k/2⌉ of them along k; sums are float. */
    void (*pack_bf16)(int k, int cols, const real *B, size_t p_step, size_t j_step, Bf16Pair *panel);
    /* A (m,k) in pairs: (m,pairs) if p_step is 1, (pairs,m) if i_step is 1. */
    void (*round_bf16)(int m, int k, const real *A, size_t i_step, size_t p_step, Bf16Pair *out, size_t ldo);
    void (*product_bf16)(int m, int cols, int pairs, const Bf16Pair *A, size_t i_step, size_t p_step,
                         const Bf16Pair *panel, const real *base, size_t base_ld, real *C, size_t ldc);

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
