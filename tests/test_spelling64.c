/* Captions of a hundred steps: every parameter's gradient against centred differences, and each row's own loss. */
#include "model/gradcheck.h"
#include "model/loss.h"
#include "tests/support/unit.h"

#include <math.h>

enum { N = 3, T = 100, D = 4, W = 5, H = 6, V = 12 };

typedef struct {
    Params params, grads;
    LossWork *work;
    real features[N * D];
    int32_t captions[N * (T + 1)];
} Spelling;

static double loss_of(void *ctx)
{
    Spelling *s = ctx;
    const LossBatch batch = {
        .features = s->features, .captions = s->captions, .N = N, .T = T, .mode = LOSS_VALIDATION};
    return captioner_loss(&s->params, s->work, &batch, NULL);
}

/* Captions of 100, 71 and 42 steps. */
static void begin(Spelling *s, const char *cell)
{
    const ModelShape shape = {.cell = cell_named(cell), .D = D, .W = W, .H = H, .V = V};
    Rng rng;
    rng_seed(&rng, 5);
    assert_int_equal(params_alloc(&s->params, &shape) | params_alloc(&s->grads, &shape), 0);
    s->work = loss_work_new(&shape, N, T, &(LossOptions){0});
    assert_non_null(s->work);
    for (size_t i = 0; i < s->params.n; i++)
        s->params.data[i] = (real)(0.4 * rng_randn(&rng));
    for (int i = 0; i < N * D; i++)
        s->features[i] = (real)rng_randn(&rng);
    for (int r = 0; r < N; r++)
        for (int t = 0; t <= T; t++)
            s->captions[r * (T + 1) + t] = t > T - 29 * r ? WORD_NULL : 1 + (int32_t)rng_randint(&rng, V - 1);
}

static void end(Spelling *s)
{
    params_free(&s->params);
    params_free(&s->grads);
    loss_work_free(s->work);
}

static void gradients(const char *cell)
{
    Spelling s;
    begin(&s, cell);
    const LossBatch batch = {.features = s.features, .captions = s.captions, .N = N, .T = T, .mode = LOSS_TRAINING};
    captioner_loss(&s.params, s.work, &batch, &s.grads);
    for (int i = 0; i < s.params.n_tensors; i++) {
        const Tensor *t = &s.params.tensor[i];
        real *numeric = malloc(t->size * sizeof *numeric), largest = 0, worst = 0;
        assert_non_null(numeric);
        eval_numerical_gradient(loss_of, &s, s.params.data + t->offset, t->size, 1e-5, numeric);
        for (size_t k = 0; k < t->size; k++) {
            largest = fmax(largest, fabs(s.grads.data[t->offset + k]));
            worst = fmax(worst, fabs(s.grads.data[t->offset + k] - numeric[k]));
        }
        printf("# %s %s: largest gradient %.3g, error %.3g of it\n", cell, t->name, largest, worst / largest);
        /* A loss of some hundreds is rounded to 1e-13, and a difference divides that by 2e-5. */
        assert_true(largest > 1e-3 && worst <= 1e-8 * largest + 3e-8);
        free(numeric);
    }
    end(&s);
}

static void a_hundred_steps(void **state)
{
    (void)state;
    for (int i = 0; cell_at(i); i++)
        gradients(cell_at(i)->name);
}

/* The loss of a row is that of a minibatch of this row alone. */
static void losses_of_rows(void **state)
{
    Spelling s;
    double row[N], sum = 0;
    (void)state;
    begin(&s, "lstm");
    double loss = loss_of(&s);
    loss_of_rows(s.work, row);
    for (int r = 0; r < N; r++) {
        double one;
        const LossBatch batch = {.features = s.features + r * D,
                                 .captions = s.captions + r * (T + 1),
                                 .N = 1,
                                 .T = T,
                                 .mode = LOSS_VALIDATION};
        assert_true(fabs(captioner_loss(&s.params, s.work, &batch, NULL) - row[r]) < 1e-10);
        loss_of_rows(s.work, &one);
        assert_true(fabs(one - row[r]) < 1e-10);
        sum += row[r];
    }
    assert_true(fabs(sum / N - loss) < 1e-10);
    end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hundred_steps),
        cmocka_unit_test(losses_of_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
