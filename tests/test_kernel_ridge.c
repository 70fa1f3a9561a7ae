/* Kernel ridge regression: the weights against their equations, solved here without any factor. */
#include "tests/support/test.h"

#include "pipeline/sample/kernel_ridge.h"

#include "model/base/rng.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#ifdef _OPENMP
#include <omp.h>
#endif

enum { N = 150, D = 12 };

static double dot(const float *a, const float *b)
{
    double sum = 0;
    for (int j = 0; j < D; j++)
        sum += (double)a[j] * (double)b[j];
    return sum;
}

static double kernel(const float *a, const float *b)
{
    return exp(2 * (dot(a, b) - 1));
}

/* Vectors of length 1; the last is the first once more. */
static void draw(float x[N][D], uint32_t seed)
{
    Rng rng;
    rng_seed(&rng, seed);
    for (int i = 0; i < N; i++) {
        for (int j = 0; j < D; j++)
            x[i][j] = (float)rng_randn(&rng);
        float length = (float)sqrt(dot(x[i], x[i]));
        for (int j = 0; j < D; j++)
            x[i][j] /= length;
    }
    for (int j = 0; j < D; j++)
        x[N - 1][j] = x[0][j];
}

static void take_weights(float x[N][D], const float *query, int landmarks, double *weight)
{
    Err err;
    float dots[N];
    KernelRidge *ridge = kernel_ridge_new(x[0], N, D, landmarks, &err);
    assert_non_null(ridge);
    for (int i = 0; i < N; i++)
        dots[i] = (float)dot(query, x[i]);
    assert_int_equal(kernel_ridge_weights(ridge, 1, dots, weight, &err), 0);
    kernel_ridge_free(ridge);
}

/* With every vector a landmark they are those of kernel ridge regression: (K + λI)·w = k. */
static void with_all_landmarks_it_is_kernel_ridge_regression(void **state)
{
    (void)state;
    float x[N][D], other[N][D];
    double w[N], largest = 0;
    draw(x, 1);
    draw(other, 2);
    take_weights(x, other[5], 1000, w);
    for (int i = 0; i < N; i++) {
        double sum = 0.3 * w[i];
        for (int j = 0; j < N; j++)
            sum += kernel(x[i], x[j]) * w[j];
        largest = fmax(largest, fabs(sum - kernel(x[i], other[5])));
    }
    assert_true(largest < 1e-3);
    assert_true(fabs(w[0] - w[N - 1]) < 1e-6); /* the same vector twice */
    assert_true(fabs(w[0]) > 1e-6);
}

/* w_i = k(x_i,l)·k(x,l) / (Σ k(x_i,l)² + λ). */
static void with_one_landmark_it_is_a_quotient(void **state)
{
    (void)state;
    float x[N][D], other[N][D];
    double w[N], squares = 0;
    draw(x, 3);
    draw(other, 4);
    take_weights(x, other[0], 1, w);
    for (int i = 0; i < N; i++)
        squares += kernel(x[i], x[0]) * kernel(x[i], x[0]);
    double z = kernel(other[0], x[0]) / (squares + 0.3);
    for (int i = 0; i < N; i++)
        assert_true(fabs(w[i] - kernel(x[i], x[0]) * z) < 1e-6);
}

/* w = K·z, where (KᵀK + λL)·z = k(x) is two equations. */
static void with_two_landmarks_it_is_cramers_rule(void **state)
{
    (void)state;
    float x[N][D], other[N][D];
    double w[N], a = 0, b = 0, c = 0;
    draw(x, 5);
    draw(other, 6);
    take_weights(x, other[7], 2, w);
    const float *l = x[0], *m = x[N / 2];
    for (int i = 0; i < N; i++) {
        double p = kernel(x[i], l), q = kernel(x[i], m);
        a += p * p;
        b += p * q;
        c += q * q;
    }
    a += 0.3;
    b += 0.3 * kernel(l, m);
    c += 0.3;
    double p = kernel(other[7], l), q = kernel(other[7], m), det = a * c - b * b;
    double z[2] = {(p * c - q * b) / det, (a * q - b * p) / det};
    for (int i = 0; i < N; i++)
        assert_true(fabs(w[i] - kernel(x[i], l) * z[0] - kernel(x[i], m) * z[1]) < 1e-5);
}

/* One vector, and many that are the same: K·z is the same for all, and what they give together is the answer of one whose
 * captions are known so often. */
static void vectors_that_are_all_the_same(void **state)
{
    (void)state;
    float x[N][D];
    double w[N];
    for (int i = 0; i < N; i++)
        for (int j = 0; j < D; j++)
            x[i][j] = j == 3;
    take_weights(x, x[0], 100, w);
    for (int i = 0; i < N; i++)
        assert_true(fabs(w[i] - 1 / (N + 0.3)) < 1e-5);
    memset(x, 0, sizeof x); /* vectors of length 0 have the kernel e^-2 */
    take_weights(x, x[0], N, w);
    for (int i = 0; i < N; i++)
        assert_true(fabs(w[i] - exp(-2) / (N * exp(-2) + 0.3)) < 1e-5);
    Err err;
    KernelRidge *one = kernel_ridge_new(x[0], 1, D, 9, &err);
    assert_non_null(one);
    assert_int_equal(kernel_ridge_weights(one, 1, (float[]){1}, w, &err), 0);
    assert_true(fabs(w[0] - 1 / (exp(-2) + 0.3)) < 1e-5);
    kernel_ridge_free(one);
}

/* Each of several vectors that are answered together has the bits that it has alone. */
static void beside_other_vectors(void **state)
{
    (void)state;
    enum { MANY = 2 * KERNEL_RIDGE_LANES + 6 };
    float x[N][D], other[N][D];
    Err err;
    float *dots = malloc(MANY * N * sizeof *dots);
    double *w = malloc(MANY * N * sizeof *w), one[N];
    draw(x, 9);
    draw(other, 10);
    KernelRidge *ridge = kernel_ridge_new(x[0], N, D, 77, &err);
    assert_true(ridge && dots && w);
    for (int k = 0; k < MANY; k++)
        for (int i = 0; i < N; i++)
            dots[k * N + i] = (float)dot(other[k], x[i]);
    for (int count = 1; count <= MANY; count++) {
        memset(w, 0, MANY * N * sizeof *w);
        assert_int_equal(kernel_ridge_weights(ridge, count, dots, w, &err), 0);
        for (int k = 0; k < count; k++) {
            assert_int_equal(kernel_ridge_weights(ridge, 1, dots + k * N, one, &err), 0);
            assert_memory_equal(one, w + k * N, sizeof one);
        }
    }
    kernel_ridge_free(ridge);
    free(dots), free(w);
}

/* Some hundred landmarks, so that there are several blocks of rows. */
static void the_same_bits_on_any_number_of_threads(void **state)
{
    (void)state;
#ifndef _OPENMP
    skip();
#else
    float x[N][D], other[N][D];
    double w[N], again[N];
    int before = omp_get_max_threads();
    draw(x, 7);
    draw(other, 8);
    omp_set_num_threads(1);
    take_weights(x, other[3], 100, w);
    omp_set_num_threads(3);
    take_weights(x, other[3], 100, again);
    omp_set_num_threads(before);
    assert_memory_equal(w, again, sizeof w);
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(with_all_landmarks_it_is_kernel_ridge_regression),
        cmocka_unit_test(with_one_landmark_it_is_a_quotient),
        cmocka_unit_test(with_two_landmarks_it_is_cramers_rule),
        cmocka_unit_test(vectors_that_are_all_the_same),
        cmocka_unit_test(beside_other_vectors),
        cmocka_unit_test(the_same_bits_on_any_number_of_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
