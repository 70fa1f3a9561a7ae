/* Fits principal components: the eigenvectors of the covariance of the rows, those of the largest eigenvalues first,
 * each with a positive number of the largest size. The same bits for any number of threads. Main thread. */
#ifndef COCO_PIPELINE_PREPARE_PCA_H
#define COCO_PIPELINE_PREPARE_PCA_H

#include "pipeline/model_file/reduction.h"

enum { PCA_WIDEST = 1 << 15 }; /* numbers per row: their covariance takes 12 GiB */

/* Fits D components, 1 <= D <= C <= PCA_WIDEST, on n > D rows of C numbers. */
int pca_fit(Pca *pca, RowFn *row, void *ctx, int64_t n, int C, int D, Err *err);

#endif
