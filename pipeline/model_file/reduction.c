#include "pipeline/model_file/reduction.h"

#include "model/gemm.h"

#include <stdlib.h>
#include <string.h>

int pca_alloc(Pca *p, int C, int D)
{
    *p = (Pca){.C = C, .D = D, .mean = calloc((size_t)C, sizeof *p->mean)};
    p->components = calloc((size_t)C * (size_t)D, sizeof *p->components);
    if (p->mean && p->components)
        return 0;
    pca_free(p);
    return -1;
}

void pca_free(Pca *p)
{
    free(p->mean);
    free(p->components);
    memset(p, 0, sizeof *p);
}

bool pca_same(const Pca *a, const Pca *b)
{
    size_t C = (size_t)a->C, D = (size_t)a->D;
    return a->C == b->C && (!C || (a->D == b->D && !memcmp(a->mean, b->mean, C * sizeof *a->mean) &&
                                   !memcmp(a->components, b->components, C * D * sizeof *a->components)));
}

int pca_block_rows(int64_t first, int64_t n)
{
    return n - first < PCA_BLOCK ? (int)(n - first) : PCA_BLOCK;
}

int pca_centre(const Pca *p, RowFn *row, void *ctx, int64_t first, int m, float *block, Err *err)
{
    for (int i = 0; i < m; i++) {
        const float *x = row(ctx, first + i, err);
        if (!x)
            return -1;
        for (int j = 0; j < p->C; j++)
            block[(size_t)i * (size_t)p->C + (size_t)j] = x[j] - p->mean[j];
    }
    return 0;
}

int pca_apply(const Pca *p, RowFn *row, void *ctx, int64_t n, float *out, Err *err)
{
    size_t C = (size_t)p->C, D = (size_t)p->D, most = (size_t)pca_block_rows(0, n);
    float *block = malloc(most * C * sizeof *block + 1);
    int rc = block ? 0 : err_set(err, "out of memory");
    for (int64_t first = 0; rc == 0 && first < n; first += PCA_BLOCK) {
        int m = pca_block_rows(first, n);
        rc = pca_centre(p, row, ctx, first, m, block, err);
        if (rc == 0)
            gemm_parallel(PRECISION_FLOAT32, PLAIN, PLAIN, m, p->D, p->C, block, C, p->components, D, 0,
                          out + (size_t)first * D, D);
    }
    free(block);
    return rc;
}
