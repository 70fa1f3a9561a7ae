/* Clipping, and the start of forget gates. */
#include "model/captioner.h"
#include "model/optim/regularize.h"
#include "tests/support/unit.h"

#ifdef _OPENMP
#include <omp.h>
#endif

static void the_norm(void **state)
{
    (void)state;
    const real five[] = {3, 0, -4};
    assert_true(gradient_norm(five, 3) == 5);
    assert_true(gradient_norm(five, 0) == 0);
    /* Sizes around those of parts and lanes: every number counts once. */
    for (size_t n = 1; n < 5000; n = n * 3 / 2 + 1) {
        real *g = linspace(-2, 3, n);
        double sum = 0;
        for (size_t i = 0; i < n; i++)
            sum += g[i] * g[i];
        assert_true(fabs(gradient_norm(g, n) - sqrt(sum)) <= 1e-13 * sqrt(sum));
        free(g);
    }
}

static void clipping(void **state)
{
    (void)state;
    real g[] = {3, 0, -4};
    gradient_clip(0, 0, g, 3);
    gradient_clip(5, 4, g, 3);
    assert_true(g[0] == 3 && g[1] == 0 && g[2] == -4);
    gradient_clip(1, 0, g, 3);
    assert_true(fabs(g[0] - 0.6) < 1e-15 && g[1] == 0 && fabs(g[2] + 0.8) < 1e-15);
    /* Each number first, then the norm of what is left. */
    real both[] = {30, 0, -40, 3};
    gradient_clip(3, 4, both, 4);
    const double by = 3 / sqrt(16 + 16 + 9);
    assert_true(fabs(both[0] - 4 * by) < 1e-15 && fabs(both[2] + 4 * by) < 1e-15 && fabs(both[3] - 3 * by) < 1e-15);
    /* What is not finite stays so, for the next loss to show. */
    real bad[] = {1, NAN};
    gradient_clip(0.5, 0.5, bad, 2);
    assert_true(isnan(bad[1]));
}

static void the_same_bits_on_any_number_of_threads(void **state)
{
    (void)state;
#ifndef _OPENMP
    skip();
#else
    enum { MANY = 100003 };
    int before = omp_get_max_threads();
    real *g = linspace(-1.7, 2.3, MANY);
    omp_set_num_threads(1);
    double one = gradient_norm(g, MANY);
    for (int threads = 2; threads < 5; threads++) {
        omp_set_num_threads(threads);
        assert_true(gradient_norm(g, MANY) == one);
    }
    omp_set_num_threads(before);
    free(g);
#endif
}

static Params filled(const char *cell)
{
    Params p;
    ModelShape shape = {.cell = cell_named(cell), .D = 3, .W = 4, .H = 5, .V = 6};
    assert_int_equal(params_alloc(&p, &shape), 0);
    for (size_t i = 0; i < p.n; i++)
        p.data[i] = 2;
    return p;
}

static void forget_gates(void **state)
{
    (void)state;
    Params p = filled("lstm");
    params_forget_bias(&p, 1);
    for (size_t i = 0; i < p.n; i++) {
        size_t in_b = i - p.tensor[B].offset;
        assert_true(p.data[i] == (i >= p.tensor[B].offset && in_b >= 5 && in_b < 10 ? 1 : 2));
    }
    params_free(&p);
    p = filled("gru");
    params_forget_bias(&p, 1);
    for (size_t i = 0; i < p.n; i++)
        assert_true(p.data[i] == 2);
    params_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_norm),
        cmocka_unit_test(clipping),
        cmocka_unit_test(the_same_bits_on_any_number_of_threads),
        cmocka_unit_test(forget_gates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
