/* The inner loops of the instruction set in use, compared with arithmetic in double. COCO_SIMD=base tests another
 * set. */
#include "model/base/memory.h"
#include "model/captioner.h"
#include "model/gemm.h"
#include "model/kernels.h"
#include "model/simd.h"
#include "tests/support/test.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#ifdef _OPENMP
#include <omp.h>
#endif

static float *noise(Rng *rng, int n)
{
    float *x = model_alloc((size_t)n, sizeof *x);
    assert_non_null(x);
    for (int i = 0; i < n; i++)
        x[i] = (float)rng_randn(rng);
    return x;
}

/* |a - b| in units in the last place of b. */
static double ulps(float a, double b)
{
    float b32 = (float)b;
    return fabs((double)a - b) / ((double)nextafterf(fabsf(b32), INFINITY) - (double)fabsf(b32));
}

enum { POINTS = 200001 };

static void exponential(void **state)
{
    float *x = malloc(POINTS * sizeof *x), *y = malloc(POINTS * sizeof *y);
    double worst = 0, sum = 0;
    (void)state;
    for (int i = 0; i < POINTS; i++)
        x[i] = -87.0f * (float)i / (POINTS - 1);
    double returned = simd->exp_row(POINTS, x, 0, y);
    for (int i = 0; i < POINTS; i++) {
        worst = fmax(worst, ulps(y[i], exp((double)x[i])));
        sum += (double)y[i];
    }
    assert_true(worst <= 2);
    assert_true(fabs(returned - sum) <= 1e-9 * sum);
    assert_true(fabs(simd->sum_exp(POINTS, x, 0) - sum) <= 1e-9 * sum);
    const float odd[] = {-1e30f, -INFINITY, NAN};
    simd->exp_row(3, odd, 0, y);
    assert_true(y[0] >= 0 && y[0] < 1e-37f && y[1] >= 0 && y[1] < 1e-37f && isnan(y[2]));
    free(x), free(y);
}

/* The cell whose step is the function alone. */
static void tanh_row(int n, const float *x, float *y)
{
    cell_named("rnn")->forward(&(CellStep){.n = 1, .H = n, .a = rows_of(x, 0), .next_h = rows_of(y, 0)});
}

static void hyperbolic_tangent(void **state)
{
    float *x = malloc(POINTS * sizeof *x), *y = malloc(POINTS * sizeof *y);
    double worst = 0;
    (void)state;
    for (int i = 0; i < POINTS; i++) {
        float u = 2 * (float)i / (POINTS - 1) - 1;
        x[i] = 12 * u * u * u; /* dense around 0 */
    }
    x[0] = 1e-30f, x[1] = 1e9f, x[2] = -INFINITY;
    tanh_row(POINTS, x, y);
    for (int i = 0; i < POINTS; i++)
        worst = fmax(worst, x[i] == 0 ? (double)fabsf(y[i]) : ulps(y[i], tanh((double)x[i])));
    assert_true(worst <= 2);
    x[0] = NAN;
    tanh_row(1, x, x);
    assert_true(isnan(x[0]));
    free(x), free(y);
}

static void places(void **state)
{
    float x[300];
    (void)state;
    for (int n = 1; n < 300; n += 7)
        for (int at = 0; at < n; at += 5) {
            for (int j = 0; j < n; j++)
                x[j] = j > at ? 2 : 1;
            x[at] = 3;
            assert_true(simd->max(n, x) == 3);
            assert_int_equal(simd->find(n, x, 3), at);
            assert_int_equal(simd->find(n, x, 4), n);
            assert_int_equal(simd->above(n, x, 2), at);
            assert_int_equal(simd->above(n, x, 3), n);
            assert_int_equal(best_word(n, x), at);
        }
}

/* The nearest bfloat16, ties to even, by arithmetic on the mantissa. */
static double bf16(float x)
{
    int e;
    double m = frexp((double)x, &e);
    return ldexp(nearbyint(ldexp(m, 8)), e - 8);
}

/* The numbers as a product takes them. */
static double *exact(const float *x, int n, Precision precision)
{
    double *y = malloc((size_t)n * sizeof *y);
    assert_non_null(y);
    for (int i = 0; i < n; i++)
        y[i] = precision == PRECISION_BF16 ? bf16(x[i]) : (double)x[i];
    return y;
}

typedef struct {
    int m, n, k;
} Sizes;

static const Sizes sizes[] = {{1, 1, 1},     {3, 5, 7},      {14, 32, 8},    {15, 33, 513}, {32, 48, 64},
                              {130, 70, 40}, {29, 65, 1031}, {61, 141, 517}, {230, 17, 33}, {49, 270, 530}};
enum { SIZES = sizeof sizes / sizeof *sizes };

/* X times panels of Y or Yᵀ: all rows at once, compared with double; then each row alone, equal to the bit. */
static void check_panels(Sizes z, Precision precision, Trans tb, Rng *rng)
{
    float *X = noise(rng, z.m * z.k), *Y = noise(rng, z.k * z.n), *C = noise(rng, z.m * z.n),
          *bias = noise(rng, z.n);
    double *x = exact(X, z.m * z.k, precision), *y = exact(Y, z.k * z.n, precision);
    float *one = noise(rng, z.n);
    size_t k = (size_t)z.k, n = (size_t)z.n;
    Panels panels = {precision, z.k, z.n, model_alloc(panels_bytes(precision, z.k, z.n), 1)};
    panels_fill(&panels, tb, Y, tb == PLAIN ? n : k);
    gemm_panels(z.m, X, k, &panels, bias, 0, C, n);
    for (int i = 0; i < z.m; i++) {
        for (int j = 0; j < z.n; j++) {
            double sum = (double)bias[j], size = fabs(sum);
            for (int p = 0; p < z.k; p++) {
                double term = x[i * z.k + p] * y[tb == PLAIN ? p * z.n + j : j * z.k + p];
                sum += term, size += fabs(term);
            }
            assert_true(fabs((double)C[i * z.n + j] - sum) <= 1e-6 * size);
        }
        gemm_panels(1, X + i * z.k, k, &panels, bias, 0, one, n);
        assert_memory_equal(one, C + i * z.n, n * sizeof *one);
    }
    free(X), free(Y), free(C), free(bias), free(one), free(panels.at), free(x), free(y);
}

static void panels_in_float32(void **state)
{
    Rng rng;
    (void)state;
    rng_seed(&rng, 1);
    for (int i = 0; i < SIZES; i++)
        for (int t = 0; t < 2; t++)
            check_panels(sizes[i], PRECISION_FLOAT32, (Trans)t, &rng);
}

static void panels_in_bf16(void **state)
{
    Rng rng;
    (void)state;
    rng_seed(&rng, 2);
    for (int i = 0; i < SIZES; i++)
        for (int t = 0; t < 2; t++)
            check_panels(sizes[i], PRECISION_BF16, (Trans)t, &rng);
}

enum { MOST_M = 40, MOST_N = 50, MOST_K = 65, FREE = 3 };

/* A product of the first m rows and n columns, added to C, is that part of the product `whole` to the bit, and nothing
 * is written beside it. */
static void check_part(Sizes z, Precision precision, const float *X, const float *Y, const float *before,
                       const float *whole)
{
    size_t ldc = (size_t)z.n + FREE;
    float *C = malloc(ldc * (size_t)(z.m + 1) * sizeof *C), *expected = malloc(ldc * (size_t)(z.m + 1) * sizeof *C);
    Panels panels = {precision, z.k, z.n, model_alloc(panels_bytes(precision, z.k, z.n), 1)};
    assert_true(C && expected && panels.at);
    panels_fill(&panels, PLAIN, Y, MOST_N);
    for (int i = 0; i <= z.m; i++)
        for (size_t j = 0; j < ldc; j++) {
            bool in = i < z.m && j < (size_t)z.n;
            C[(size_t)i * ldc + j] = in ? before[(size_t)i * MOST_N + j] : -7;
            expected[(size_t)i * ldc + j] = in ? whole[(size_t)i * MOST_N + j] : -7;
        }
    gemm_panels(z.m, X, MOST_K, &panels, C, ldc, C, ldc);
    assert_memory_equal(C, expected, ldc * (size_t)(z.m + 1) * sizeof *C);
    free(C), free(expected), free(panels.at);
}

static void parts_of_products(void **state)
{
    const int columns[] = {1, 15, 16, 17, 31, 32, 33, 48, MOST_N}, depths[] = {1, 2, 31, 33, 64, MOST_K};
    Rng rng;
    (void)state;
    rng_seed(&rng, 4);
    float *X = noise(&rng, MOST_M * MOST_K), *Y = noise(&rng, MOST_K * MOST_N), *C = noise(&rng, MOST_M * MOST_N),
          *whole = noise(&rng, MOST_M * MOST_N);
    for (int how = 0; how < 2; how++)
        for (size_t d = 0; d < sizeof depths / sizeof *depths; d++) {
            Panels panels = {(Precision)how, depths[d], MOST_N,
                             model_alloc(panels_bytes((Precision)how, depths[d], MOST_N), 1)};
            assert_non_null(panels.at);
            panels_fill(&panels, PLAIN, Y, MOST_N);
            gemm_panels(MOST_M, X, MOST_K, &panels, C, MOST_N, whole, MOST_N);
            for (int m = 1; m <= MOST_M; m++)
                for (size_t c = 0; c < sizeof columns / sizeof *columns; c++)
                    check_part((Sizes){m, columns[c], depths[d]}, (Precision)how, X, Y, C, whole);
            free(panels.at);
        }
    free(X), free(Y), free(C), free(whole);
}

/* All four products of plain and transposed factors, added to C. */
static void check_parallel(Sizes z, Precision precision, Rng *rng)
{
    size_t m = (size_t)z.m, n = (size_t)z.n, k = (size_t)z.k;
    float *X = noise(rng, z.m * z.k), *Y = noise(rng, z.k * z.n), *C = noise(rng, z.m * z.n);
    float *was = noise(rng, z.m * z.n);
    double *x = exact(X, z.m * z.k, precision), *y = exact(Y, z.k * z.n, precision);
    for (int ta = 0; ta < 2; ta++)
        for (int tb = 0; tb < 2; tb++) {
            memcpy(C, was, m * n * sizeof *C);
            gemm_parallel(precision, (Trans)ta, (Trans)tb, z.m, z.n, z.k, X, ta ? m : k, Y, tb ? k : n, 1, C, n);
            for (int i = 0; i < z.m; i++)
                for (int j = 0; j < z.n; j++) {
                    double sum = (double)was[i * z.n + j], size = fabs(sum);
                    for (int p = 0; p < z.k; p++) {
                        double term = x[ta ? p * z.m + i : i * z.k + p] * y[tb ? j * z.k + p : p * z.n + j];
                        sum += term, size += fabs(term);
                    }
                    assert_true(fabs((double)C[i * z.n + j] - sum) <= 1e-6 * size);
                }
        }
    free(X), free(Y), free(C), free(was), free(x), free(y);
}

static void parallel_products(void **state)
{
    Rng rng;
    (void)state;
    rng_seed(&rng, 3);
    for (int i = 0; i < SIZES; i++) {
        check_parallel(sizes[i], PRECISION_FLOAT32, &rng);
        check_parallel(sizes[i], PRECISION_BF16, &rng);
    }
}

static void any_number_of_threads(void **state)
{
    (void)state;
#ifndef _OPENMP
    skip();
#else
    const Sizes z = {100, 300, 700};
    const size_t bytes = (size_t)(z.m * z.n) * sizeof(float);
    int before = omp_get_max_threads();
    Rng rng;
    rng_seed(&rng, 5);
    float *X = noise(&rng, z.m * z.k), *Y = noise(&rng, z.k * z.n), *one = noise(&rng, z.m * z.n),
          *more = noise(&rng, z.m * z.n);
    for (int how = 0; how < 2; how++)
        for (int ta = 0; ta < 2; ta++)
            for (int threads = 1; threads <= 5; threads++) {
                omp_set_num_threads(threads);
                gemm_parallel((Precision)how, (Trans)ta, PLAIN, z.m, z.n, z.k, X, (size_t)(ta ? z.m : z.k), Y,
                              (size_t)z.n, 0, threads == 1 ? one : more, (size_t)z.n);
                if (threads > 1)
                    assert_memory_equal(one, more, bytes);
            }
    omp_set_num_threads(before);
    free(X), free(Y), free(one), free(more);
#endif
}

/* Rounding must keep a NaN, and take a number too large for bfloat16 to infinity. */
static void bf16_of_odd_numbers(void **state)
{
    const uint32_t nan_bits = 0x7fffffff;
    float odd[4] = {NAN, INFINITY, -3.4e38f, 1}, one = 1, out[4];
    Panels panels = {PRECISION_BF16, 1, 1, model_alloc(panels_bytes(PRECISION_BF16, 1, 1), 1)};
    (void)state;
    memcpy(&odd[0], &nan_bits, sizeof nan_bits);
    panels_fill(&panels, PLAIN, &one, 1);
    gemm_panels(4, odd, 1, &panels, NULL, 0, out, 1);
    assert_true(isnan(out[0]) && out[1] == INFINITY && out[2] == -INFINITY && out[3] == 1);
    free(panels.at);
}

static void names(void **state)
{
    int in_use = 0, n = 0;
    (void)state;
    if (simd_refused())
        fail_msg("COCO_SIMD: this processor has no %s", simd_refused());
    for (; simd_name(n); n++)
        in_use += !strcmp(simd_name(n), simd->name);
    assert_string_equal(simd_name(0), "base");
    assert_int_equal(in_use, 1);
    assert_null(simd_name(-1));
    assert_null(simd_name(n + 1));
    const char *wanted = getenv("COCO_SIMD");
    assert_string_equal(simd->name, wanted && *wanted ? wanted : simd_name(n - 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names),
        cmocka_unit_test(exponential),
        cmocka_unit_test(hyperbolic_tangent),
        cmocka_unit_test(places),
        cmocka_unit_test(panels_in_float32),
        cmocka_unit_test(panels_in_bf16),
        cmocka_unit_test(parts_of_products),
        cmocka_unit_test(parallel_products),
        cmocka_unit_test(any_number_of_threads),
        cmocka_unit_test(bf16_of_odd_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
