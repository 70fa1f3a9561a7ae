/* Kernel ridge regression on landmarks, for vectors of length 1. What is learnt, y_i of x_i, may be anything that can be
 * added: the answer for x is Σ_i w_i(x)·y_i, and this module gives the weights.
 *
 *   k(x,x') = exp(γ·(x·x' - 1))                                   γ = 2
 *   w(x)    = K·(Kᵀ·K + λ·L + ε·I)⁻¹·k(x)                          λ = 0.3
 *
 * where K (n,m) is k between all vectors and the landmarks, m of the vectors at equal distances, L (m,m) k between the
 * landmarks, k(x) (m) k between them and x, and ε 1e-7 of the mean of the diagonal, as landmarks may be equal. This is
 * the "subset of regressors" (Rasmussen and Williams 2006, "Gaussian Processes for Machine Learning", equation 8.14);
 * with all vectors as landmarks it is kernel ridge regression itself. Solved in double by own code rather than by
 * LAPACK, whose bits depend on the number of threads. */
#ifndef COCO_PIPELINE_SAMPLE_KERNEL_RIDGE_H
#define COCO_PIPELINE_SAMPLE_KERNEL_RIDGE_H

#include "io/base/err.h"

typedef struct KernelRidge KernelRidge;

/* Of x (n,D), with at most so many landmarks; n and landmarks are at least 1. NULL: out of memory, or the x's are too
 * much alike for doubles. Main thread; parallel inside. */
KernelRidge *kernel_ridge_new(const float *x, int n, int D, int landmarks, Err *err);
void kernel_ridge_free(KernelRidge *ridge); /* NULL is legal */

enum { KERNEL_RIDGE_LANES = 8 }; /* so many vectors share one reading of the factor */

/* weight (count,n) of `count` vectors that have the products dots (count,n) with x_1 ... x_n. The same bits for a vector
 * whatever is beside it. -1: out of memory. Any thread. */
int kernel_ridge_weights(const KernelRidge *ridge, int count, const float *dots, double *weight, Err *err);

#endif
