/* The affine map of a whole minibatch, forward and backward: as functions (main thread; parallel inside), or as jobs that
 * run beside others. Products and jobs are made on the main thread, and what they point to is kept until they are
 * done. */
#ifndef COCO_MODEL_AFFINE_H
#define COCO_MODEL_AFFINE_H

#include "model/gemm.h"
#include "model/kernels.h"

#include <stdbool.h>

/* y (n,M) = x (n,D)·w (D,M) + b (M); a NULL b counts as zeros. y must not overlap x or w. */
void affine_forward(Precision how, real *y, const real *x, const real *w, const real *b, int n, int D, int M);
/* The same as a product. */
Product affine_product(Precision how, real *y, const real *x, const real *w, const real *b, int n, int D, int M);

/* dx (n,D) = dy (n,M)·wᵀ, dw = xᵀ·dy, db = Σ dy; `add` adds them to the arrays instead of overwriting. dx
 * and db may be NULL. */
void affine_backward(Precision how, bool add, real *dx, real *dw, real *db, const real *dy, const real *x,
                     const real *w, int n, int D, int M);

/* db (M) = or, with `add`, += the column sums of dy (n,M). */
void column_sums(bool add, real *db, int n, int M, Rows dy);

/* The same as jobs. */
typedef struct {
    bool add;
    real *db;
    int n, M;
    Rows dy;
} ColumnSums;

typedef struct {
    Product dx, dw;
    ColumnSums db;
} AffineGradients;

Job column_sums_job(const ColumnSums *sums);
/* Adds affine_backward's work to some jobs; it is kept in `keep`. */
void affine_backward_jobs(Jobs *jobs, AffineGradients *keep, Precision how, bool add, real *dx, real *dw, real *db,
                          const real *dy, const real *x, const real *w, int n, int D, int M);
/* dx alone, as a product. */
Product affine_input_gradient(Precision how, bool add, real *dx, const real *dy, const real *w, int n, int D,
                              int M);

#endif
