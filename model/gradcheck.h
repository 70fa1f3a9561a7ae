/* Numerical gradients by centred differences, the course's eval_numerical_gradient and
 * eval_numerical_gradient_array (cs231n, gradient_check.py). They are accurate enough only in
 * double: build with REAL_IS_DOUBLE. One thread; the functions they call may be parallel. */
#ifndef COCO_MODEL_GRADCHECK_H
#define COCO_MODEL_GRADCHECK_H

#include "model/base/real.h"

#include <stddef.h>

/* A scalar function of the array that x points to; ctx is the caller's. */
typedef double (*ScalarFunction)(void *ctx);
/* The same with an array (m) as its value, written to out. */
typedef void (*ArrayFunction)(void *ctx, real *out);

/* grad[i] = (f(x[i]+h) - f(x[i]-h)) / 2h for each element of x (n), which is restored. */
void eval_numerical_gradient(ScalarFunction f, void *ctx, real *x, size_t n, double h, real *grad);

/* grad[i] = Σ (f(x[i]+h) - f(x[i]-h))·df / 2h, f's value and df being (m). -1: out of memory. */
int eval_numerical_gradient_array(ArrayFunction f, void *ctx, real *x, size_t n, const real *df, size_t m, double h,
                                  real *grad);

/* max |x-y| / max(1e-8, |x|+|y|) over n elements: the course's rel_error. NaN if an element is. */
double rel_error(const real *x, const real *y, size_t n);

#endif
