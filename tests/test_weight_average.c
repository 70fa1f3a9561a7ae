/* Averaged weights: the mean of the last ones kept, and files that hold the mean for readers and the rest to resume. */
#include "tests/support/target.h"

#include "pipeline/common/choice.h"
#include "pipeline/model_file/model_file.h"

#include <string.h>

enum { D = 2, W = 3, H = 2, V = 5, MOST = 3 };

static void make(Model *m, TrainState *s)
{
    static const char *const word[V] = {"<NULL>", "<START>", "<END>", "<UNK>", "a"};
    const ModelShape shape = {.cell = cell_at(0), .D = D, .W = W, .H = H, .V = V};
    char **words = calloc(V, sizeof *words);
    for (int i = 0; i < V; i++)
        words[i] = strdup(word[i]);
    memset(m, 0, sizeof *m);
    assert_ok(vocab_take(&m->vocab, words, V, "words", &err));
    assert_int_equal(params_alloc(&m->params, &shape), 0);
    *s = (TrainState){.settings = {.data = strdup("d"),
                                   .hidden = H,
                                   .wordvec = W,
                                   .rule = choice_index(rule_names(), "sgd"),
                                   .iterations = -1,
                                   .batch_size = 1,
                                   .shards = 1,
                                   .val_every = 1,
                                   .val_max = 1,
                                   .average = MOST}};
    s->optim = optim_defaults(rule_at(s->settings.rule));
    assert_int_equal(train_state_alloc(s, m->params.n), 0);
}

/* The weights at check number c, from 0. */
static real weight(int c, size_t k)
{
    return (real)(c * c) / 3 + (real)k / 7;
}

static void check(Model *m, TrainState *s, int c)
{
    for (size_t k = 0; k < m->params.n; k++)
        m->params.data[k] = weight(c, k);
    assert_int_equal(average_add(&s->average, MOST, &m->params), 0);
}

static void assert_mean(const real *mean, size_t n, int first, int last)
{
    for (size_t k = 0; k < n; k++) {
        double sum = 0;
        for (int c = first; c <= last; c++)
            sum += weight(c, k);
        assert_true(mean[k] == (real)(sum / (last - first + 1)));
    }
}

static void the_mean_is_of_the_last_ones(void **state)
{
    (void)state;
    Model m;
    TrainState s;
    make(&m, &s);
    for (int c = 0; c < 6; c++) {
        check(&m, &s, c);
        assert_int_equal(s.average.n, c < MOST ? c + 1 : MOST);
        assert_mean(s.average.mean, m.params.n, c < MOST ? 0 : c - MOST + 1, c);
    }
    model_free(&m), train_state_free(&s);
}

static void files_hold_the_mean_and_the_rest(void **state)
{
    (void)state;
    for (int checks = 0; checks < 5; checks++) {
        Model m, alone, back;
        TrainState s, s_back;
        make(&m, &s);
        for (int c = 0; c < checks; c++)
            check(&m, &s, c);
        m.params.data[1] = 99; /* training went on */
        assert_ok(model_save(&m, &s, target, &err));
        assert_ok(model_load(&alone, target, &err));
        if (checks)
            assert_mean(alone.params.data, m.params.n, checks > MOST ? checks - MOST : 0, checks - 1);
        else
            assert_memory_equal(alone.params.data, m.params.data, m.params.n * sizeof(real));
        assert_ok(model_load_state(&back, &s_back, target, &err));
        assert_memory_equal(back.params.data, m.params.data, m.params.n * sizeof(real));
        assert_int_equal(s_back.average.n, s.average.n);
        for (int i = 0; i < s.average.n; i++)
            assert_memory_equal(s_back.average.kept[i], s.average.kept[i], m.params.n * sizeof(real));
        check(&m, &s, 7), check(&back, &s_back, 7);
        assert_memory_equal(s_back.average.mean, s.average.mean, m.params.n * sizeof(real));
        model_free(&m), model_free(&alone), model_free(&back);
        train_state_free(&s), train_state_free(&s_back);
    }
}

static void more_than_may_be(void **state)
{
    (void)state;
    Model m, back;
    TrainState s, s_back;
    make(&m, &s);
    for (int c = 0; c < MOST; c++)
        check(&m, &s, c);
    s.settings.average = 2;
    assert_ok(model_save(&m, &s, target, &err));
    assert_int_equal(model_load_state(&back, &s_back, target, &err), -1);
    assert_non_null(strstr(err.text, "'average_checks' is 3, but 'average' is 2"));
    model_free(&m), train_state_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_mean_is_of_the_last_ones, setup, teardown),
        cmocka_unit_test_setup_teardown(files_hold_the_mean_and_the_rest, setup, teardown),
        cmocka_unit_test_setup_teardown(more_than_may_be, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
