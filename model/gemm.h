/* The one door to matrix products. Behind it is a BLAS, used on one thread: each call computes one tile
 * on the thread that calls, and the threads are ours. So what is summed in which order depends on the
 * shapes alone, never on the number of threads.
 *
 * Matrices are row-major; ld* is the distance between rows, in elements. */
#ifndef COCO_MODEL_GEMM_H
#define COCO_MODEL_GEMM_H

#include "model/real.h"

#include <stddef.h>

typedef enum { PLAIN, TRANSPOSED } Trans;

/* C = op(A)·op(B) + beta·C with op(A) (m,k), op(B) (k,n), C (m,n); with beta 0 C is only written.
 * On the calling thread; any thread. Sizes of 0 are legal (k = 0 leaves beta·C). */
void gemm(Trans ta, Trans tb, int m, int n, int k, const real *A, size_t lda, const real *B, size_t ldb,
          real beta, real *C, size_t ldc);

/* The same, in tiles of rows of C that the OpenMP threads share. From the main thread, outside of
 * parallel regions. */
void gemm_parallel(Trans ta, Trans tb, int m, int n, int k, const real *A, size_t lda, const real *B,
                   size_t ldb, real beta, real *C, size_t ldc);

/* How work over m rows is cut: the rows of one tile, a function of m alone. About eight tiles, each of
 * at least `least` rows. */
int tile_rows(int m, int least);

#endif
