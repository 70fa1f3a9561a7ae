/* The check of gradients: it passes a correct one, of every cell and kind of attention, and finds wrong ones. */
#include "model/gradients.h"

#include "model/attention/attention.h"
#include "model/captioner.h"
#include "tests/support/unit.h"

#include <math.h>

/* f = Σ w·p² / 2, whose gradient is w·p; w differs from element to element. */
typedef struct {
    Params params, grads;
} Bowl;

static real weight(size_t i)
{
    return (real)(1 + i % 7);
}

static double bowl(void *ctx)
{
    const Bowl *b = ctx;
    double sum = 0;
    for (size_t i = 0; i < b->params.n; i++)
        sum += weight(i) * b->params.data[i] * b->params.data[i] / 2;
    return sum;
}

/* Tensors of 3 and of 4000 elements; of the large one one in a hundred has a gradient. */
static Bowl bowl_new(void)
{
    Bowl b = {0};
    Params *both[] = {&b.params, &b.grads};
    for (int i = 0; i < 2; i++) {
        assert_int_equal(tensor_add(both[i], "few", 1, (int[]){3}, START_ZERO), 0);
        assert_int_equal(tensor_add(both[i], "many", 2, (int[]){80, 50}, START_ZERO), 1);
        assert_int_equal(params_alloc_data(both[i]), 0);
    }
    for (size_t i = 0; i < b.params.n; i++) {
        b.params.data[i] = i < 3 || i % 100 == 0 ? 0.25 + 0.001 * (real)(i % 13) : 0;
        b.grads.data[i] = weight(i) * b.params.data[i];
    }
    return b;
}

static void bowl_free(Bowl *b)
{
    params_free(&b->params);
    params_free(&b->grads);
}

static void right_and_wrong(void **state)
{
    TensorCheck c[2];
    Bowl b = bowl_new();
    (void)state;
    compare_gradients(bowl, &b, &b.params, &b.grads, 1, c);
    assert_string_equal(c[0].name, "few");
    assert_int_equal(c[0].checked, 3);
    assert_int_equal(c[1].checked, CHECKED_ELEMENTS);
    for (int i = 0; i < 2; i++)
        assert_true(c[i].error <= GRADIENT_ERROR_MAX);
    b.grads.data[1] *= 1.0001; /* one element, a little */
    compare_gradients(bowl, &b, &b.params, &b.grads, 1, c);
    assert_true(fabs(c[0].error - 5e-5) < 1e-6 && c[0].at == 1 && c[1].error <= GRADIENT_ERROR_MAX);
    assert_true(c[0].ours == b.grads.data[1] && fabs(c[0].numeric * 1.0001 - c[0].ours) < 1e-8);
    bowl_free(&b);
}

static void spoil(real x, size_t from, size_t step)
{
    TensorCheck c[2];
    Bowl b = bowl_new();
    for (size_t i = from; i < b.grads.n; i += step)
        b.grads.data[i] = x;
    compare_gradients(bowl, &b, &b.params, &b.grads, 1, c);
    assert_false(c[1].error <= GRADIENT_ERROR_MAX);
    bowl_free(&b);
}

static void wrong_in_many_places(void **state)
{
    (void)state;
    spoil(0.01, 4, 1);    /* something where nothing should be */
    spoil(0.5, 100, 100); /* the few that have a gradient: they are drawn too */
    spoil(NAN, 100, 100);
}

static void nothing_in_the_gradient(void **state)
{
    TensorCheck c[2];
    Bowl b = bowl_new();
    (void)state;
    for (size_t i = 0; i < b.params.n; i++)
        b.params.data[i] = 0.5;
    memset(b.grads.data, 0, b.grads.n * sizeof *b.grads.data);
    compare_gradients(bowl, &b, &b.params, &b.grads, 1, c);
    assert_true(c[0].error == 1 && c[1].error == 1);
    for (size_t i = 0; i < b.params.n; i++)
        assert_true(b.params.data[i] == 0.5);
    bowl_free(&b);
}

/* The numbers of a problem in float, drawn from a seed. */
static float *floats(Rng *rng, size_t n, double scale)
{
    float *x = malloc(n * sizeof *x);
    assert_non_null(x);
    for (size_t i = 0; i < n; i++)
        x[i] = (float)(scale * rng_randn(rng));
    return x;
}

enum { N = 4, T = 5, D = 6, W = 5, H = 8, V = 9, C = 3, PLACES = 4 };

static GradientCheck check(const char *cell, const char *attention, double dropout, const float *gradient)
{
    ModelShape shape = {
        .cell = cell_named(cell), .D = D, .W = W, .H = H, .V = V, .C = attention ? C : 0, .inject = dropout > 0};
    Params layout;
    Rng rng;
    int32_t captions[N * (T + 1)], image[N] = {0, 1, 1, 2};
    GradientCheck result;
    shape.attention = attention ? attention_named(attention) : NULL;
    assert_int_equal(params_layout(&layout, &shape), 0);
    rng_seed(&rng, 4);
    for (int i = 0; i < N * (T + 1); i++)
        captions[i] = (int32_t)rng_randint(&rng, V);
    float *params = floats(&rng, layout.n, 0.4), *features = floats(&rng, N * D, 1);
    float *grid = floats(&rng, 3 * PLACES * C, 1), *zeros = calloc(layout.n, sizeof *zeros);
    GradientProblem problem = {.cell = cell,
                               .attention = attention,
                               .inject = shape.inject,
                               .D = D,
                               .W = W,
                               .H = H,
                               .V = V,
                               .C = attention ? C : 0,
                               .places = attention ? PLACES : 0,
                               .dropout = dropout,
                               .label_smoothing = dropout / 4,
                               .seed = 3,
                               .params = params,
                               .gradient = gradient ? gradient : zeros,
                               .features = features,
                               .captions = captions,
                               .grid = attention ? grid : NULL,
                               .image = image,
                               .images = attention ? 3 : 0,
                               .N = N,
                               .T = T};
    assert_int_equal(check_gradients(&problem, &result), 0);
    assert_int_equal(result.n, layout.n_tensors);
    free(params), free(features), free(grid), free(zeros);
    params_free(&layout);
    return result;
}

static void captioners(void **state)
{
    static const char *const kinds[] = {NULL, "soft", "adaptive"};
    (void)state;
    for (int i = 0; cell_at(i); i++)
        for (int k = 0; k < 6; k++) {
            GradientCheck g = check(cell_at(i)->name, kinds[k % 3], k / 3 ? 0.4 : 0, NULL);
            assert_true(isfinite(g.loss) && g.loss > 1);
            for (int t = 0; t < g.n; t++) {
                assert_true(g.tensor[t].checked > 0 && g.tensor[t].error <= GRADIENT_ERROR_MAX);
                assert_true(g.float_error[t] == 1 || g.tensor[t].ours == 0); /* of zeros */
            }
            free(g.tensor), free(g.float_error);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(right_and_wrong),
        cmocka_unit_test(wrong_in_many_places),
        cmocka_unit_test(nothing_in_the_gradient),
        cmocka_unit_test(captioners),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
