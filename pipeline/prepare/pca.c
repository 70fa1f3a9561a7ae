#include "pipeline/prepare/pca.h"

#include "io/data/eigen.h"
#include "model/gemm.h"

#include <stdlib.h>
#include <string.h>

/* Sums over all rows are double. */

static int find_mean(Pca *p, RowFn *row, void *ctx, int64_t n, double *sum, Err *err)
{
    memset(sum, 0, (size_t)p->C * sizeof *sum);
    for (int64_t i = 0; i < n; i++) {
        const float *x = row(ctx, i, err);
        if (!x)
            return -1;
        for (int j = 0; j < p->C; j++)
            sum[j] += x[j];
    }
    for (int j = 0; j < p->C; j++)
        p->mean[j] = (float)(sum[j] / (double)n);
    return 0;
}

/* a (C,C) = the covariance of the rows; block (PCA_BLOCK, C) and product (C, C) are scratch. */
static int covariance(const Pca *p, RowFn *row, void *ctx, int64_t n, double *a, float *block, float *product,
                      Err *err)
{
    size_t C = (size_t)p->C, all = C * C;
    memset(a, 0, all * sizeof *a);
    for (int64_t first = 0; first < n; first += PCA_BLOCK) {
        int m = pca_block_rows(first, n);
        if (pca_centre(p, row, ctx, first, m, block, err))
            return -1;
        gemm_parallel(PRECISION_FLOAT32, TRANSPOSED, PLAIN, p->C, p->C, m, block, C, block, C, 0, product, C);
        for (size_t k = 0; k < all; k++)
            a[k] += product[k];
    }
    for (size_t k = 0; k < all; k++)
        a[k] /= (double)(n - 1);
    return 0;
}

/* Takes the components from the covariance, which is destroyed. */
static int take_components(Pca *p, double *a, Err *err)
{
    size_t C = (size_t)p->C, D = (size_t)p->D;
    double *values = malloc(D * sizeof *values), *vectors = malloc(C * D * sizeof *vectors), all = 0, kept = 0;
    for (size_t j = 0; j < C; j++)
        all += a[j * C + j];
    int rc = values && vectors ? eigen_largest(a, p->C, p->D, values, vectors, err) : err_set(err, "out of memory");
    for (size_t j = 0; rc == 0 && j < D; j++)
        kept += values[j];
    for (size_t k = 0; rc == 0 && k < C * D; k++)
        p->components[k] = (float)vectors[k];
    p->kept = all > 0 ? kept / all : 0;
    free(values);
    free(vectors);
    return rc;
}

int pca_fit(Pca *p, RowFn *row, void *ctx, int64_t n, int C, int D, Err *err)
{
    size_t c = (size_t)C;
    int rc = pca_alloc(p, C, D);
    double *a = malloc(c * c * sizeof *a);
    float *product = malloc(c * c * sizeof *product), *block = malloc(PCA_BLOCK * c * sizeof *block);
    if (rc || !a || !product || !block)
        rc = err_set(err, "no memory for %d x %d numbers", C, C);
    if (rc == 0)
        rc = find_mean(p, row, ctx, n, a, err);
    if (rc == 0)
        rc = covariance(p, row, ctx, n, a, block, product, err);
    if (rc == 0)
        rc = take_components(p, a, err);
    free(a);
    free(product);
    free(block);
    if (rc)
        pca_free(p);
    return rc;
}
