/* The model file: models and training states come back as the same bits, and a save that fails changes nothing. */
#include "tests/support/target.h"

#include "pipeline/common/choice.h"
#include "pipeline/model_file/model_file.h"

#include <math.h>
#include <string.h>

enum { D = 5, W = 3, H = 4, V = 6, ITERATIONS = 1500 };

static void make_model(Model *m, int cell)
{
    static const char *const word[V] = {"<NULL>", "<START>", "<END>", "<UNK>", "caf\xc3\xa9", "a"};
    ModelShape shape = {.cell = cell_at(cell), .D = D, .W = W, .H = H, .V = V};
    char **words = calloc(V, sizeof *words);
    Rng rng;
    memset(m, 0, sizeof *m);
    for (int i = 0; i < V; i++)
        words[i] = strdup(word[i]);
    assert_ok(vocab_take(&m->vocab, words, V, "words", &err));
    assert_int_equal(params_alloc(&m->params, &shape), 0);
    rng_seed(&rng, 1);
    params_init(&m->params, &rng);
    m->caption_length = 17;
}

/* A state with another value in each member. */
static void make_state(TrainState *s, const Model *m, int rule, double best_val_loss)
{
    *s = (TrainState){.settings = {.data = strdup("some where"),
                                   .cell = choice_index(cell_names(), m->params.shape.cell->name),
                                   .hidden = H,
                                   .wordvec = W,
                                   .rule = rule,
                                   .lr = 0.1,
                                   .lr_decay = 1.0 / 3,
                                   .epochs = 7,
                                   .iterations = -1,
                                   .batch_size = 11,
                                   .shards = 1,
                                   .max_train = 4294967295,
                                   .order = BATCH_SEQUENTIAL,
                                   .precision = PRECISION_BF16,
                                   .raw_features = true,
                                   .dropout = 0.3,
                                   .label_smoothing = 0.1,
                                   .clip = 5,
                                   .clip_value = 0.1,
                                   .weight_decay = 1e-4,
                                   .forget_bias = -1.5,
                                   .lr_schedule = SCHEDULE_PLATEAU,
                                   .lr_every = 4,
                                   .warmup = 100,
                                   .seed = 4294967294,
                                   .val_every = rule % 2 ? 2 : -500,
                                   .val_max = 3,
                                   .val_metrics = true,
                                   .keep_best = rule % 2 ? strdup("best one.h5") : NULL,
                                   .best_by = BEST_BLEU4,
                                   .patience = 6},
                      .captions_digest = UINT64_MAX - 5,
                      .run = strdup("0123456789abcdef"),
                      .log = strdup("../logs/caf\xc3\xa9"),
                      .data_absolute = strdup("/some where"),
                      .epoch = 9,
                      .best_val_loss = best_val_loss,
                      .best_score = best_val_loss,
                      .stale = 2};
    s->optim = optim_defaults(rule_at(rule));
    s->optim.learning_rate = 0.1 / 3;
    s->optim.step = 12;
    assert_int_equal(train_state_alloc(s, m->params.n), 0);
    rng_seed(&s->rng, 2);
    for (int i = 0; i < s->optim.rule->states; i++)
        for (size_t k = 0; k < m->params.n; k++)
            s->slot[i][k] = (real)rng_randn(&s->rng);
    rng_randn(&s->rng); /* an odd number of them: one is kept */
    assert_true(s->rng.has_gauss);
    for (; s->iteration < ITERATIONS; s->iteration++)
        assert_int_equal(train_state_add_loss(s, 1.0 / (double)(s->iteration + 1)), 0);
}

static void assert_same_model(const Model *a, const Model *b)
{
    const ModelShape *x = &a->params.shape, *y = &b->params.shape;
    assert_true(x->cell == y->cell && x->attention == y->attention);
    assert_true(x->D == y->D && x->W == y->W && x->H == y->H && x->V == y->V && x->C == y->C);
    assert_memory_equal(a->params.data, b->params.data, a->params.n * sizeof *a->params.data);
    assert_ok(vocab_compare(&a->vocab, "a", &b->vocab, "b", &err));
    assert_int_equal(a->caption_length, b->caption_length);
}

static void assert_same_settings(const TrainSettings *a, const TrainSettings *b)
{
    const char *all[TRAIN_SETTINGS];
    for (int i = 0; i < TRAIN_SETTINGS; i++)
        all[i] = train_settings[i].option;
    assert_ok(settings_agree(a, b, (GivenOptions){all, TRAIN_SETTINGS}, FIXED_ALL, "a", &err));
    assert_string_equal(a->data, b->data);
    assert_int_equal(a->epochs, b->epochs);
    assert_int_equal(a->iterations, b->iterations);
    assert_int_equal(a->val_every, b->val_every);
    assert_int_equal(a->val_metrics, b->val_metrics);
    assert_int_equal(a->patience, b->patience);
    assert_true(!a->keep_best == !b->keep_best && (!a->keep_best || !strcmp(a->keep_best, b->keep_best)));
    assert_int_equal(a->val_max, b->val_max);
}

static void assert_same_state(const TrainState *a, const TrainState *b, size_t parameters)
{
    assert_same_settings(&a->settings, &b->settings);
    assert_true(a->captions_digest == b->captions_digest);
    assert_string_equal(a->run, b->run);
    assert_string_equal(a->log, b->log);
    assert_string_equal(a->data_absolute, b->data_absolute);
    assert_int_equal(a->iteration, b->iteration);
    assert_int_equal(a->epoch, b->epoch);
    assert_ptr_equal(a->optim.rule, b->optim.rule);
    assert_int_equal(a->optim.step, b->optim.step);
    assert_true(a->optim.learning_rate == b->optim.learning_rate && a->optim.mu == b->optim.mu);
    for (int i = 0; i < a->optim.rule->states; i++)
        assert_memory_equal(a->slot[i], b->slot[i], parameters * sizeof(real));
    assert_memory_equal(&a->rng, &b->rng, sizeof a->rng);
    assert_memory_equal(a->loss, b->loss, (size_t)a->iteration * sizeof *a->loss);
    assert_int_equal(a->stale, b->stale);
    assert_true(a->best_val_loss == b->best_val_loss || (isnan(a->best_val_loss) && isnan(b->best_val_loss)));
    assert_true(a->best_score == b->best_score || (isnan(a->best_score) && isnan(b->best_score)));
}

static void every_bit_comes_back(void **state)
{
    (void)state;
    for (int cell = 0; cell_at(cell); cell++)
        for (int rule = 0; rule_at(rule); rule++) {
            Model m, back, alone;
            TrainState s, s_back;
            make_model(&m, cell);
            make_state(&s, &m, rule, rule % 2 ? 2.5 : NAN);
            assert_ok(model_save(&m, &s, target, &err));
            assert_ok(model_load_state(&back, &s_back, target, &err));
            assert_same_model(&m, &back);
            assert_same_state(&s, &s_back, m.params.n);
            assert_ok(model_load(&alone, target, &err));
            assert_same_model(&m, &alone);
            model_free(&m), model_free(&back), model_free(&alone);
            train_state_free(&s), train_state_free(&s_back);
        }
}

static void a_look_at_the_training(void **state)
{
    (void)state;
    static const TrainState no_state = {0};
    Model m;
    TrainState s, seen;
    make_model(&m, 1);
    make_state(&s, &m, choice_index(rule_names(), "momentum"), NAN);
    free(s.log);
    s.log = NULL; /* may be missing, as in files of earlier versions */
    assert_ok(model_save(&m, &s, target, &err));
    assert_int_equal(model_peek(&seen, target, &err), 1);
    assert_same_settings(&s.settings, &seen.settings);
    assert_true(seen.captions_digest == s.captions_digest);
    assert_int_equal(seen.iteration, ITERATIONS);
    assert_string_equal(seen.run, s.run);
    assert_string_equal(seen.data_absolute, s.data_absolute);
    assert_null(seen.log);
    train_state_free(&seen);
    model_free(&m), train_state_free(&s);
    tmp_write(target, "text", 4);
    assert_int_equal(model_peek(&seen, target, &err), -1);
    assert_memory_equal(&seen, &no_state, sizeof seen);
}

static void equal_states_give_equal_bytes(void **state)
{
    (void)state;
    Model m;
    TrainState s;
    char *bytes[2];
    size_t len[2];
    make_model(&m, 1);
    make_state(&s, &m, choice_index(rule_names(), "adam"), 1.5);
    for (int i = 0; i < 2; i++) {
        assert_ok(model_save(&m, &s, target, &err));
        bytes[i] = file_read(target, 1 << 20, &len[i], &err);
        assert_non_null(bytes[i]);
        model_free(&m), train_state_free(&s);
        assert_ok(model_load_state(&m, &s, target, &err));
    }
    assert_int_equal(len[0], len[1]);
    assert_memory_equal(bytes[0], bytes[1], len[0]);
    free(bytes[0]), free(bytes[1]);
    model_free(&m), train_state_free(&s);
}

static void failed_save_changes_nothing(void **state)
{
    (void)state;
    Model m, back;
    TrainState s;
    make_model(&m, 0);
    make_state(&s, &m, choice_index(rule_names(), "momentum"), NAN);
    assert_ok(model_save(&m, &s, target, &err));
    s.slot[0][3] = INFINITY; /* W_embed's fourth */
    assert_int_equal(model_save(&m, &s, target, &err), -1);
    assert_says(err.text, target);
    assert_says(err.text, "/t: /optim/velocity/W_embed: number 3 is not finite");
    assert_int_equal(entries(), 1);
    assert_ok(model_load(&back, target, &err));
    assert_same_model(&m, &back);
    s.slot[0][3] = 0;
    char *nowhere = tmp_path(dir, "no/t");
    assert_int_equal(model_save(&m, &s, nowhere, &err), -1);
    assert_says(err.text, "/no/t: No such file");
    assert_int_equal(model_save(&m, &s, "/dev/full", &err), -1);
    assert_string_equal(err.text, "/dev/full: No space left on device");
    free(nowhere);
    model_free(&m), model_free(&back);
    train_state_free(&s);
}

static void failed_load_leaves_nothing(void **state)
{
    (void)state;
    static const Model no_model = {0};
    static const TrainState no_state = {0};
    Model m;
    TrainState s;
    tmp_write(target, "text", 4);
    assert_int_equal(model_load(&m, target, &err), -1);
    assert_memory_equal(&m, &no_model, sizeof m);
    make_model(&m, 0);
    make_state(&s, &m, choice_index(rule_names(), "adam"), NAN);
    s.settings.val_max = 0; /* out of range, and read after most of the rest */
    assert_ok(model_save(&m, &s, target, &err));
    model_free(&m), train_state_free(&s);
    assert_int_equal(model_load_state(&m, &s, target, &err), -1);
    assert_says(err.text, "/t: /train: attribute 'val_max' is 0, expected 1 to 1000000000000000");
    assert_memory_equal(&m, &no_model, sizeof m);
    assert_memory_equal(&s, &no_state, sizeof s);
    assert_ok(model_load(&m, target, &err));
    model_free(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_bit_comes_back, setup, teardown),
        cmocka_unit_test_setup_teardown(a_look_at_the_training, setup, teardown),
        cmocka_unit_test_setup_teardown(equal_states_give_equal_bytes, setup, teardown),
        cmocka_unit_test_setup_teardown(failed_save_changes_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(failed_load_leaves_nothing, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
