/* A reduction to fewer numbers per image by principal components: reduced = (x - mean) · components, not whitened. It
 * is fitted by pipeline/prepare/pca.h. A row's numbers do not depend on the rows beside it, nor on the number of
 * threads. Main thread. */
#ifndef COCO_PIPELINE_MODEL_FILE_REDUCTION_H
#define COCO_PIPELINE_MODEL_FILE_REDUCTION_H

#include "io/base/err.h"

#include <stdbool.h>
#include <stdint.h>

/* Row i, 0 <= i < n, as a pointer to its C numbers, borrowed until the next call. NULL: err says why. */
typedef const float *RowFn(void *ctx, int64_t i, Err *err);

typedef struct {
    int C, D;
    float *mean;       /* (C) */
    float *components; /* (C, D) */
    double kept;       /* the share of the variance, from 0 to 1 */
} Pca;

/* -1: out of memory. */
int pca_alloc(Pca *pca, int C, int D);
void pca_free(Pca *pca); /* safe on a zero-initialized one */
/* Whether both reduce to the same numbers, or both to nothing (C is 0). */
bool pca_same(const Pca *a, const Pca *b);

/* Reduces n rows into out (n, D). */
int pca_apply(const Pca *pca, RowFn *row, void *ctx, int64_t n, float *out, Err *err);

/* Rows go through matrix products in blocks: of the rows from `first` on, the block has this many, */
enum { PCA_BLOCK = 256 };
int pca_block_rows(int64_t first, int64_t n);
/* and here are m of them, less the mean: block (m, C). */
int pca_centre(const Pca *pca, RowFn *row, void *ctx, int64_t first, int m, float *block, Err *err);

#endif
