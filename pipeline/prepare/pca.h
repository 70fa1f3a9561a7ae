/* Principal components: fewer numbers per image. reduced = (x - mean) · components, not whitened; components are the
 * eigenvectors of the covariance of the rows that it was fitted on, those of the largest eigenvalues first, each with a
 * positive number of the largest size. The same bits for any number of threads. Main thread. */
#ifndef COCO_PIPELINE_PREPARE_PCA_H
#define COCO_PIPELINE_PREPARE_PCA_H

#include "io/base/err.h"

#include <stdint.h>

enum { PCA_WIDEST = 1 << 15 }; /* numbers per row: their covariance takes 12 GiB */

/* Row i, 0 <= i < n, as a pointer to its C numbers, borrowed until the next call. NULL: err says why. */
typedef const float *RowFn(void *ctx, int64_t i, Err *err);

typedef struct {
    int C, D;
    float *mean;       /* (C) */
    float *components; /* (C, D) */
    double kept;       /* the share of the variance, from 0 to 1 */
} Pca;

/* Fits D components, 1 <= D <= C <= PCA_WIDEST, on n > D rows of C numbers. */
int pca_fit(Pca *pca, RowFn *row, void *ctx, int64_t n, int C, int D, Err *err);
/* Reduces n rows into out (n, D). */
int pca_apply(const Pca *pca, RowFn *row, void *ctx, int64_t n, float *out, Err *err);
void pca_free(Pca *pca); /* legal on a zeroed one */

#endif
