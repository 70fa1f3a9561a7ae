/* Eigenvectors of symmetric matrices (LAPACK). Any thread. */
#ifndef COCO_IO_DATA_EIGEN_H
#define COCO_IO_DATA_EIGEN_H

#include "io/base/err.h"

/* The k largest eigenvalues of the symmetric matrix a (n,n), of which the upper triangle counts and which is
 * destroyed, in falling order, and their eigenvectors as the columns of vectors (n,k), row-major. Each is of length
 * 1, and its number of the largest size, the first of equal ones, is positive. 1 <= k <= n. -1: out of memory, or no
 * convergence. */
int eigen_largest(double *a, int n, int k, double *values, double *vectors, Err *err);

#endif
