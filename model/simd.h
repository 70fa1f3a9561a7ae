/* The inner loops, written once in model/simd/ and compiled once for each instruction set of the
 * processor's family; at the start the best set that this processor has is chosen. The environment variable
 * COCO_SIMD names a lesser one ("avx2", "base").
 *
 * Each result is a function of its own inputs, in one order of operations: it does not depend on the rows or
 * columns beside it. So callers may cut matrices where they like, by threads for instance, and get the same
 * bits. Only gemm.c, kernels.c and optim.c call these; what they compute is told there. */
#ifndef COCO_MODEL_SIMD_H
#define COCO_MODEL_SIMD_H

#include "model/real.h"

#include <stddef.h>
#include <stdint.h>

/* Two neighbours along k, rounded to bfloat16: the first in the low half. */
typedef uint32_t Bf16Pair;

typedef struct {
    const char *name;
    int panel; /* columns of a panel */

    /* --- products (products.c, bf16.c) ---
     * B (k,n) is laid out in panels of so many columns: k rows of `panel` numbers, columns behind n zero.
     * An element (p, j) of an unpacked matrix stands at p·p_step + j·j_step; one of the steps is 1. */
    void (*pack)(int k, int cols, const real *B, size_t p_step, size_t j_step, real *panel);
    /* C (m,cols) = A (m,k)·panel + base; base NULL: 0. A's element (i, p) stands at i·i_step + p·p_step. */
    void (*product)(int m, int cols, int k, const real *A, size_t i_step, size_t p_step, const real *panel,
                    const real *base, size_t base_ld, real *C, size_t ldc);
    /* The same of numbers rounded to bfloat16, pairs = ⌈k/2⌉ of them along k; sums in float. */
    void (*pack_bf16)(int k, int cols, const real *B, size_t p_step, size_t j_step, Bf16Pair *panel);
    /* A (m,k) in pairs: (m,pairs) where p_step is 1, (pairs,m) where i_step is 1. */
    void (*round_bf16)(int m, int k, const real *A, size_t i_step, size_t p_step, Bf16Pair *out, size_t ldo);
    void (*product_bf16)(int m, int cols, int pairs, const Bf16Pair *A, size_t i_step, size_t p_step,
                         const Bf16Pair *panel, const real *base, size_t base_ld, real *C, size_t ldc);

    /* --- one row (rows.c) --- */
    void (*add_row)(int n, const real *x, real *y); /* y += x */
    real (*max)(int n, const real *x);
    int (*find)(int n, const real *x, real value);                /* the first place of value; n: nowhere */
    int (*above)(int n, const real *x, real value);               /* the first place of more than it; n: nowhere */
    double (*exp_row)(int n, const real *x, real minus, real *y); /* y = exp(x - minus); their sum */
    double (*sum_exp)(int n, const real *x, real minus);          /* the sum alone */
    void (*scale_row)(int n, real by, real *x);

    /* --- what is one file each, compiled for the set: NULL ends the lists (cell.h, optim.h) --- */
    const struct Cell *const *cells;
    const struct OptimRule *const *rules;
} Simd;

/* The set in use; chosen before main. */
extern const Simd *simd;

#endif
