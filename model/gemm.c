#include "model/gemm.h"

#include <cblas.h>
#ifdef _OPENMP
#include <omp.h>
#endif

#ifdef REAL_IS_DOUBLE
#define cblas_gemm cblas_dgemm
#else
#define cblas_gemm cblas_sgemm
#endif

/* OpenBLAS has threads of its own; ours call it one tile each. Weak: another BLAS lacks the function. */
extern void openblas_set_num_threads(int n) __attribute__((weak));

__attribute__((constructor)) static void one_thread(void)
{
    if (!openblas_set_num_threads)
        return;
#ifdef _OPENMP
    /* Its OpenMP flavour sets the number for the whole process: put ours back. */
    int ours = omp_get_max_threads();
    openblas_set_num_threads(1);
    omp_set_num_threads(ours);
#else
    openblas_set_num_threads(1);
#endif
}

void gemm(Trans ta, Trans tb, int m, int n, int k, const real *A, size_t lda, const real *B, size_t ldb,
          real beta, real *C, size_t ldc)
{
    if (m <= 0 || n <= 0)
        return;
    if (k <= 0) {
        for (int i = 0; i < m; i++)
            for (int j = 0; j < n; j++)
                C[(size_t)i * ldc + (size_t)j] = beta == 0 ? 0 : beta * C[(size_t)i * ldc + (size_t)j];
        return;
    }
    cblas_gemm(CblasRowMajor, ta == PLAIN ? CblasNoTrans : CblasTrans, tb == PLAIN ? CblasNoTrans : CblasTrans,
               m, n, k, 1, A, (int)lda, B, (int)ldb, beta, C, (int)ldc);
}

int tile_rows(int m, int least)
{
    int rows = (m + 7) / 8;
    return rows < least ? least : rows;
}

void gemm_parallel(Trans ta, Trans tb, int m, int n, int k, const real *A, size_t lda, const real *B,
                   size_t ldb, real beta, real *C, size_t ldc)
{
    /* Fewer rows than this and packing op(B) for each tile costs more than a second thread gains. */
    enum { LEAST_ROWS = 32 };
    int rows = tile_rows(m, LEAST_ROWS);
#pragma omp parallel for schedule(dynamic)
    for (int i = 0; i < m; i += rows) {
        const real *tile = A + (ta == PLAIN ? (size_t)i * lda : (size_t)i);
        gemm(ta, tb, m - i < rows ? m - i : rows, n, k, tile, lda, B, ldb, beta, C + (size_t)i * ldc, ldc);
    }
}
