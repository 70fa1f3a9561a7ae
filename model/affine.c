#include "model/affine.h"

void affine_forward(Precision how, real *y, const real *x, const real *w, const real *b, int n, int D, int M)
{
    enum { MOST_ROWS = 128 };
    int rows = tile_rows(n, MOST_ROWS);
#pragma omp parallel for schedule(dynamic)
    for (int i = 0; i < n; i += rows)
        fill_rows(n - i < rows ? n - i : rows, M, rows_of(y + (size_t)i * (size_t)M, (size_t)M), b);
    gemm_parallel(how, PLAIN, PLAIN, n, M, D, x, (size_t)D, w, (size_t)M, 1, y, (size_t)M);
}

/* Each thread its own columns. */
void column_sums(bool add, real *db, int n, int M, Rows dy)
{
    enum { COLUMNS = 64 };
#pragma omp parallel for schedule(dynamic)
    for (int j = 0; j < M; j += COLUMNS) {
        int cols = M - j < COLUMNS ? M - j : COLUMNS;
        if (!add)
            fill_rows(1, cols, rows_of(db + j, 0), NULL);
        add_column_sums(n, cols, rows_of(dy.at + j, dy.ld), db + j);
    }
}

void affine_backward(Precision how, bool add, real *dx, real *dw, real *db, const real *dy, const real *x,
                     const real *w, int n, int D, int M)
{
    if (dx)
        gemm_parallel(how, PLAIN, TRANSPOSED, n, D, M, dy, (size_t)M, w, (size_t)M, add, dx, (size_t)D);
    gemm_parallel(how, TRANSPOSED, PLAIN, D, M, n, x, (size_t)D, dy, (size_t)M, add, dw, (size_t)M);
    if (db)
        column_sums(add, db, n, M, rows_of(dy, (size_t)M));
}
