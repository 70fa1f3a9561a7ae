/* Matrix products, all of them. They run on the tiles of model/simd/, on the calling thread or on all of
 * OpenMP's threads.
 *
 * Each element of a result is one sum along k, in blocks of a fixed size, each a chain of fused multiply-adds
 * in the order of k; with tiles (pair_tiles.h), a chain of sums over 32 numbers each. So it depends only on its row
 * of A and its column of B, not on neighbouring rows or on the number of threads.
 *
 * Matrices are row-major; ld* is the distance between rows, in elements. Sizes of 0 are legal (k = 0: the
 * product is zero). `add`: the product is added to C; else C is only written. C must not overlap A or B. */
#ifndef COCO_MODEL_GEMM_H
#define COCO_MODEL_GEMM_H

#include "model/base/jobs.h"
#include "model/base/real.h"

#include <stddef.h>

typedef enum { PLAIN, TRANSPOSED } Trans;

/* How products are computed. bf16: the factors are rounded to bfloat16 (8 bits of mantissa), products and
 * sums are float; many times the speed if the processor has tiles of bfloat16, up to twice if it has dot products,
 * else about that of float32. In the build for double, which only tests use, there are no functions for it: do not ask
 * for it there. */
typedef enum { PRECISION_FLOAT32, PRECISION_BF16 } Precision;
#define PRECISION_NAMES "float32|bf16" /* in this order */

/* --- weights that many products use: packed once --- */

typedef struct {
    Precision precision;
    int k, n;
    void *at; /* panels_bytes, aligned to 64; the caller owns it */
} Panels;

size_t panels_bytes(Precision precision, int k, int n);
/* Packs op(B) (k,n). Main thread; parallel inside. */
void panels_fill(const Panels *panels, Trans tb, const real *B, size_t ldb);
/* The same as a job; both are borrowed until it is done. */
typedef struct {
    const Panels *panels;
    Trans tb;
    const real *B;
    size_t ldb;
} Packing;
Job packing_job(const Packing *packing);
/* C (m,n) = A (m,k)·B + base (m,n), which may be C itself, one row for all (base_ld 0), or NULL: nothing. On the
 * calling thread; any thread. */
void gemm_panels(int m, const real *A, size_t lda, const Panels *B, const real *base, size_t base_ld, real *C,
                 size_t ldc);

/* --- single elements --- */

/* out[i] = x[i]·y[i] + base[i] for n pairs of k numbers, to the bit what gemm_panels gives in float32. For
 * processors with bounds (simd.h). On the calling thread; any thread. */
void gemm_dots(int n, int k, const real *const *x, const real *const *y, const real *base, real *out);

/* --- products of weights that are used once --- */

/* C = op(A)·op(B) (+ C) with op(A) (m,k), op(B) (k,n), C (m,n), in float32. On the calling thread; any thread. */
void gemm(Trans ta, Trans tb, int m, int n, int k, const real *A, size_t lda, const real *B, size_t ldb, int add,
          real *C, size_t ldc);

/* The same in blocks of C, which threads share, as a job: C = op(A)·op(B) + base, which is as for gemm_panels. */
typedef struct {
    Precision precision;
    Trans ta, tb;
    int m, n, k;
    const real *A;
    size_t lda;
    const real *B;
    size_t ldb;
    const real *base;
    size_t base_ld;
    real *C;
    size_t ldc;
    int rows, cols; /* of a block; product_job sets them */
} Product;
/* Borrows the product until the job is done. Cuts C for the threads that jobs_run has: main thread, outside parallel
 * regions. */
Job product_job(Product *product);

/* The same on all threads. Main thread, outside parallel regions. */
void gemm_parallel(Precision precision, Trans ta, Trans tb, int m, int n, int k, const real *A, size_t lda,
                   const real *B, size_t ldb, int add, real *C, size_t ldc);

/* --- sharing work --- */

/* How many rows a tile gets when m rows are shared among the threads: about one tile per thread, of at most `most`
 * rows. */
int tile_rows(int m, int most);

#endif
