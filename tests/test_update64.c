/* The update of a model's parameters: by ranges, with decay, and beside the backward pass. */
#include "model/attention/attention.h"
#include "model/loss.h"
#include "model/optim/update.h"
#include "tests/support/unit.h"

#ifdef _OPENMP
#include <omp.h>
#endif

/* Parameters, gradients and the rule's arrays. */
typedef struct {
    Params params, grads;
    real *slot[OPTIM_STATES];
} Model;

static Model model_of(const ModelShape *shape, uint32_t seed)
{
    Model m;
    Rng rng;
    rng_seed(&rng, seed);
    assert_int_equal(params_alloc(&m.params, shape), 0);
    assert_int_equal(params_alloc(&m.grads, shape), 0);
    params_init(&m.params, &rng);
    for (size_t i = 0; i < m.grads.n; i++)
        m.grads.data[i] = (real)rng_randn(&rng);
    for (int k = 0; k < OPTIM_STATES; k++)
        m.slot[k] = array(m.params.n);
    return m;
}

static void model_free(Model *m)
{
    params_free(&m->params);
    params_free(&m->grads);
    for (int k = 0; k < OPTIM_STATES; k++)
        free(m->slot[k]);
}

static Update update_of(Model *m, const char *rule, double decay)
{
    Update u = {.optim = optim_defaults(rule_named(rule)),
                .slot = m->slot,
                .params = &m->params,
                .grads = &m->grads,
                .decay = decay};
    u.optim.step = 1;
    return u;
}

static void update_all(Update *u)
{
    Jobs jobs = {.n = 0};
    update_add_rest(&jobs, u);
    jobs_run(&jobs, NULL);
}

/* Of tensors that are several ranges, and not a multiple of one. */
static void each_number_is_updated_once(void **state)
{
    const ModelShape shape = {.cell = cell_named("lstm"), .D = 301, .W = 211, .H = 97, .V = 307};
    Model m = model_of(&shape, 1);
    real *was = array(m.params.n);
    (void)state;
    memcpy(was, m.params.data, m.params.n * sizeof *was);
    Update u = update_of(&m, "adam", 0);
    update_all(&u);
    for (size_t i = 0; i < m.params.n; i++) {
        real first = 0, second = 0;
        real *const slot[OPTIM_STATES] = {&first, &second};
        u.optim.rule->update(&u.optim, 1, &was[i], &m.grads.data[i], slot);
        assert_true(was[i] == m.params.data[i] && first == m.slot[0][i] && second == m.slot[1][i]);
    }
    free(was);
    model_free(&m);
}

static void decay_is_of_the_weights_of_products(void **state)
{
    const ModelShape shape = {.cell = cell_named("gru"), .D = 3, .W = 4, .H = 5, .V = 6};
    Model m = model_of(&shape, 2);
    (void)state;
    for (size_t i = 0; i < m.params.n; i++)
        m.params.data[i] = 2, m.grads.data[i] = 0;
    Update u = update_of(&m, "sgd", 0.25);
    update_all(&u);
    for (int k = 0; k < m.params.n_tensors; k++) {
        const char *name = m.params.tensor[k].name;
        bool decays =
            !strcmp(name, "W_proj") || !strcmp(name, "Wx") || !strcmp(name, "Wh") || !strcmp(name, "W_vocab");
        for (size_t i = 0; i < m.params.tensor[k].size; i++)
            assert_true(param(&m.params, k)[i] == (decays ? 1.5 : 2));
    }
    model_free(&m);
}

enum { N = 21, T = 6, PLACES = 5, IMAGES = 4, CHANNELS = 11 };

/* Three iterations, each with the update beside the backward pass or after it. Returns the last loss. */
static double train(const ModelShape *shape, double dropout, bool beside, int threads, Model *m)
{
    const LossOptions options = {.dropout = dropout, .seed = 7, .places = PLACES};
    LossWork *work = loss_work_new(shape, N, T, &options);
    Rng rng;
    int32_t captions[N * (T + 1)], image[N];
    double loss = 0;
    *m = model_of(shape, 3);
    assert_non_null(work);
    rng_seed(&rng, 4);
    real *features = randn(&rng, (size_t)N * (size_t)shape->D), *grid = randn(&rng, IMAGES * PLACES * CHANNELS);
    for (int i = 0; i < N; i++) {
        int length = 1 + i % T;
        image[i] = i % IMAGES;
        for (int t = 0; t <= T; t++)
            captions[i * (T + 1) + t] = t == 0       ? WORD_START
                                        : t < length ? 4 + (i * 7 + t * 3) % (shape->V - 4)
                                                     : (t == length ? WORD_END : WORD_NULL);
    }
#ifdef _OPENMP
    omp_set_num_threads(threads);
#else
    (void)threads;
#endif
    for (int i = 1; i <= 3; i++) {
        Update u = update_of(m, "adam", 0.01);
        u.optim.step = i;
        LossBatch batch = {.features = features,
                           .captions = captions,
                           .grid = shape->attention ? grid : NULL,
                           .image = shape->attention ? image : NULL,
                           .images = IMAGES,
                           .N = N,
                           .T = T,
                           .mode = LOSS_TRAINING,
                           .iteration = i,
                           .update = beside ? &u : NULL};
        loss = captioner_loss(&m->params, work, &batch, &m->grads);
        assert_int_equal(u.begun, beside ? (UINT64_C(1) << m->params.n_tensors) - 1 : 0);
        if (!beside)
            update_all(&u);
    }
    loss_work_free(work);
    free(features), free(grid);
    return loss;
}

/* To the bit what an update after the whole gradient gives. */
static void check_beside(const ModelShape *shape, double dropout)
{
    Model after;
    double loss = train(shape, dropout, false, 1, &after);
    for (int threads = 1; threads <= 4; threads++) {
        Model beside;
        assert_true(train(shape, dropout, true, threads, &beside) == loss);
        assert_memory_equal(beside.params.data, after.params.data, after.params.n * sizeof(real));
        assert_memory_equal(beside.grads.data, after.grads.data, after.params.n * sizeof(real));
        model_free(&beside);
    }
    model_free(&after);
}

/* With every part that a model may have. */
static void beside_the_backward_pass(void **state)
{
    (void)state;
    for (int k = 0; cell_at(k); k++) {
        ModelShape shape = {.cell = cell_at(k), .D = 9, .W = 7, .H = 33, .V = 40};
        check_beside(&shape, 0);
        check_beside(&shape, 0.3);
        shape.inject = true;
        check_beside(&shape, 0.3);
        shape.C = CHANNELS;
        for (int a = 1; (shape.attention = attention_at(a)); a++)
            check_beside(&shape, 0.3);
    }
}

/* With so many words the scores of one position after another are in memory, 64 at a time. */
static void beside_several_chunks_of_scores(void **state)
{
    const ModelShape shape = {.cell = cell_named("lstm"), .D = 3, .W = 2, .H = 2, .V = 33000};
    (void)state;
    check_beside(&shape, 0);
}

/* The gradient is 0, and each tensor is updated by it. */
static void without_any_word(void **state)
{
    const ModelShape shape = {.cell = cell_named("rnn"), .D = 9, .W = 7, .H = 33, .V = 40};
    const LossOptions options = {0};
    const int32_t captions[2 * 4] = {0};
    const real features[2 * 9] = {0};
    Model m = model_of(&shape, 5);
    LossWork *work = loss_work_new(&shape, 2, 3, &options);
    Update u = update_of(&m, "sgd", 0.25);
    (void)state;
    assert_non_null(work);
    for (size_t i = 0; i < m.params.n; i++)
        m.params.data[i] = 2;
    LossBatch batch = {.features = features,
                       .captions = captions,
                       .N = 2,
                       .T = 3,
                       .mode = LOSS_TRAINING,
                       .iteration = 1,
                       .update = &u};
    assert_true(captioner_loss(&m.params, work, &batch, &m.grads) == 0);
    for (int k = 0; k < m.params.n_tensors; k++)
        for (size_t i = 0; i < m.params.tensor[k].size; i++) {
            assert_true(param(&m.grads, k)[i] == 0);
            assert_true(param(&m.params, k)[i] == (m.params.tensor[k].start == START_FAN_IN ? 1.5 : 2));
        }
    loss_work_free(work);
    model_free(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_number_is_updated_once),
        cmocka_unit_test(decay_is_of_the_weights_of_products),
        cmocka_unit_test(beside_the_backward_pass),
        cmocka_unit_test(beside_several_chunks_of_scores),
        cmocka_unit_test(without_any_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
