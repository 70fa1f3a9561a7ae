/* Shared by the tests of the model: cmocka with its headers, arrays filled the course's way, and comparisons that print
 * their error. */
#ifndef COCO_TESTS_UNIT_H
#define COCO_TESTS_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/base/rng.h"
#include "model/gradcheck.h"

/* A zeroed array of n numbers; the caller frees it. */
static inline real *array(size_t n)
{
    real *x = calloc(n ? n : 1, sizeof *x);
    assert_non_null(x);
    return x;
}

/* numpy.linspace(a, b, n). */
static inline real *linspace(double a, double b, size_t n)
{
    real *x = array(n);
    for (size_t i = 0; i < n; i++)
        x[i] = (real)(n > 1 ? a + (b - a) * (double)i / (double)(n - 1) : a);
    return x;
}

/* numpy.random.randn(n). */
static inline real *randn(Rng *rng, size_t n)
{
    real *x = array(n);
    for (size_t i = 0; i < n; i++)
        x[i] = (real)rng_randn(rng);
    return x;
}

/* Prints the course's relative error; fails if it exceeds `most` or is NaN. */
static inline void check_error(const char *what, const real *x, const real *y, size_t n, double most)
{
    double e = rel_error(x, y, n);
    printf("# %s error: %.3g (at most %.3g)\n", what, e, most);
    fflush(stdout);
    assert_true(e <= most);
}

/* An all-zero gradient would check nothing. */
static inline void check_not_zero(const char *what, const real *x, size_t n)
{
    size_t set = 0;
    for (size_t i = 0; i < n; i++)
        set += x[i] != 0;
    if (!set)
        fail_msg("%s: the gradient is all zero", what);
}

#endif
