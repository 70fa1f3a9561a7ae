/* The update rules, against the course's numbers (cs231n assignment 2, unit tests of optim.py). */
#include "model/optim/optim.h"
#include "tests/support/golden.h"
#include "tests/support/unit.h"

enum { N = 20 };

static void check(const char *key, const char *what, const real *ours, const real *published, double most)
{
    double *theirs;
    size_t n;
    check_error(what, published, ours, N, most);
    golden_vector(key, &theirs, &n);
    check_error(key, theirs, ours, N, 1e-14);
    free(theirs);
}

/* w = linspace(-0.4, 0.6), dw = linspace(-0.6, 0.4), and one update. */
static real *update(Optim *o, real *state0, real *state1)
{
    real *w = linspace(-0.4, 0.6, N), *dw = linspace(-0.6, 0.4, N);
    real *const state[OPTIM_STATES] = {state0, state1};
    o->step++;
    o->rule->update(o, N, w, dw, state);
    free(dw);
    return w;
}

static void sgd(void **state)
{
    Optim o = optim_defaults(rule_named("sgd"));
    (void)state;
    o.learning_rate = 0.1;
    real *w = update(&o, NULL, NULL), *expected = linspace(-0.4 + 0.06, 0.6 - 0.04, N);
    check_error("next_w", expected, w, N, 1e-14);
    assert_int_equal(o.step, 1);
    free(w), free(expected);
}

static void sgd_momentum(void **state)
{
    const real next[N] = {0.1406,     0.20738947, 0.27417895, 0.34096842, 0.40775789, 0.47454737, 0.54133684,
                          0.60812632, 0.67491579, 0.74170526, 0.80849474, 0.87528421, 0.94207368, 1.00886316,
                          1.07565263, 1.14244211, 1.20923158, 1.27602105, 1.34281053, 1.4096};
    real *v = linspace(0.6, 0.9, N), *expected_v = linspace(0.5406, 0.8096, N);
    Optim o = optim_defaults(rule_named("momentum"));
    (void)state;
    o.learning_rate = 1e-3;
    real *w = update(&o, v, NULL);
    check("optim.sgd_momentum.next_w", "next_w", w, next, 2e-8);
    check("optim.sgd_momentum.velocity", "velocity", v, expected_v, 1e-8);
    free(v), free(expected_v), free(w);
}

static void rmsprop(void **state)
{
    const real next[N] = {-0.39223849, -0.34037513, -0.28849239, -0.23659121, -0.18467247, -0.132737,  -0.08078555,
                          -0.02881884, 0.02316247,  0.07515774,  0.12716641,  0.17918792,  0.23122175, 0.28326742,
                          0.33532447,  0.38739248,  0.43947102,  0.49155973,  0.54365823,  0.59576619};
    real *c = linspace(0.6, 0.9, N), *expected_c = array(N);
    Optim o = optim_defaults(rule_named("rmsprop"));
    (void)state;
    for (int i = 0; i < N; i++) {
        double dw = -0.6 + i / 19.0;
        expected_c[i] = 0.99 * (0.6 + 0.3 * i / 19.0) + 0.01 * dw * dw;
    }
    real *w = update(&o, c, NULL);
    check("optim.rmsprop.next_w", "next_w", w, next, 2e-7);
    check("optim.rmsprop.cache", "cache", c, expected_c, 1e-12);
    free(c), free(expected_c), free(w);
}

static void adam(void **state)
{
    const real next[N] = {-0.40094747, -0.34836187, -0.29577703, -0.24319299, -0.19060977, -0.1380274, -0.08544591,
                          -0.03286534, 0.01971428,  0.0722929,   0.1248705,   0.17744702,  0.23002243, 0.28259667,
                          0.33516969,  0.38774145,  0.44031188,  0.49288093,  0.54544852,  0.59801459};
    real *m = linspace(0.6, 0.9, N), *v = linspace(0.7, 0.5, N), *expected_m = linspace(0.48, 0.85, N);
    real *expected_v = array(N);
    Optim o = optim_defaults(rule_named("adam"));
    (void)state;
    for (int i = 0; i < N; i++) {
        double dw = -0.6 + i / 19.0;
        expected_v[i] = 0.999 * (0.7 - 0.2 * i / 19.0) + 0.001 * dw * dw;
    }
    o.learning_rate = 1e-2;
    o.step = 5;
    real *w = update(&o, m, v);
    check("optim.adam.next_w", "next_w", w, next, 3e-7);
    check("optim.adam.m", "m", m, expected_m, 1e-12);
    check("optim.adam.v", "v", v, expected_v, 1e-12);
    assert_int_equal(o.step, 6);
    free(m), free(v), free(expected_m), free(expected_v), free(w);
}

/* eps is outside the bias correction: with a tiny gradient the first step shows it. */
static void adam_is_the_courses(void **state)
{
    real w = 0, dw = 1e-7, m = 0, v = 0;
    real *const states[OPTIM_STATES] = {&m, &v};
    Optim o = optim_defaults(rule_named("adam"));
    (void)state;
    o.step = 1;
    o.rule->update(&o, 1, &w, &dw, states);
    printf("# first step: %.4g\n", -w);
    assert_true(fabs(-w - 2.40e-4) < 1e-6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sgd),  cmocka_unit_test(sgd_momentum),        cmocka_unit_test(rmsprop),
        cmocka_unit_test(adam), cmocka_unit_test(adam_is_the_courses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
