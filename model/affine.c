#include "model/affine.h"

#include "model/kernels.h"

void affine_forward(Gemm how, real *y, const real *x, const real *w, const real *b, int n, int D, int M)
{
    enum { MOST_ROWS = 128 };
    int rows = tile_rows(n, MOST_ROWS);
#pragma omp parallel for schedule(static)
    for (int i = 0; i < n; i += rows)
        fill_rows(n - i < rows ? n - i : rows, M, rows_of(y + (size_t)i * (size_t)M, (size_t)M), b);
    gemm_parallel(how, PLAIN, PLAIN, n, M, D, x, (size_t)D, w, (size_t)M, 1, y, (size_t)M);
}

/* db = or += the column sums of dy (n,M), each thread its own columns. */
static void bias_backward(int add, real *db, const real *dy, int n, int M)
{
    enum { COLUMNS = 64 };
#pragma omp parallel for schedule(static)
    for (int j = 0; j < M; j += COLUMNS) {
        int cols = M - j < COLUMNS ? M - j : COLUMNS;
        if (!add)
            fill_rows(1, cols, rows_of(db + j, 0), NULL);
        add_column_sums(n, cols, rows_of(dy + j, (size_t)M), db + j);
    }
}

void affine_backward(Gemm how, int add, real *dx, real *dw, real *db, const real *dy, const real *x, const real *w,
                     int n, int D, int M)
{
    if (dx)
        gemm_parallel(how, PLAIN, TRANSPOSED, n, D, M, dy, (size_t)M, w, (size_t)M, add, dx, (size_t)D);
    gemm_parallel(how, TRANSPOSED, PLAIN, D, M, n, x, (size_t)D, dy, (size_t)M, add, dw, (size_t)M);
    bias_backward(add, db, dy, n, M);
}
