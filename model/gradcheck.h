/* Numerical gradients by centred differences, the course's eval_numerical_gradient and
 * eval_numerical_gradient_array (cs231n, gradient_check.py). They are accurate enough only in
 * double: build with REAL_IS_DOUBLE. One thread; the functions they call may be parallel. */
#ifndef COCO_MODEL_GRADCHECK_H
#define COCO_MODEL_GRADCHECK_H

#include "model/tensors.h"

#include <stddef.h>
#include <stdint.h>

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

enum { CHECKED_ELEMENTS = 10 }; /* of a tensor, at most */
/* The error of a correct gradient is below this. The course states 1e-6, for a small model with larger gradients. */
#define GRADIENT_ERROR_MAX 1e-5

/* One tensor's comparison, and its worst element. */
typedef struct {
    const char *name; /* a constant */
    int rank, dim[TENSOR_RANK];
    size_t checked;       /* elements */
    double error;         /* the course's relative error of the worst one; NaN counts as the worst */
    size_t at;            /* its place in the tensor */
    double ours, numeric; /* its gradient, and that by centred differences */
} TensorCheck;

/* Compares grads, the gradient of f, a function of params (f's ctx is the caller's), with centred differences. Of a
 * tensor with more than CHECKED_ELEMENTS elements so many are drawn from the seed, every other one among those whose
 * gradient is not 0: most words are not in a minibatch. Elements are left out whose gradient is so small that the
 * rounding of f hides the difference. Writes a row of `out` for each tensor; restores params. */
void compare_gradients(ScalarFunction f, void *ctx, Params *params, const Params *grads, uint32_t seed,
                       TensorCheck *out);

#endif
