/* The settings of a training run: their table, and how a file's meet those that the user gave. */
#include "tests/support/test.h"

#include "pipeline/common/choice.h"
#include "pipeline/model_file/train_settings.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static Err err;

static void choices(void **state)
{
    (void)state;
    char word[CHOICE_WORD];
    assert_int_equal(choice_index("rnn|lstm", "rnn"), 0);
    assert_int_equal(choice_index("rnn|lstm", "lstm"), 1);
    assert_int_equal(choice_index("rnn", "rnn"), 0);
    static const char *const none[] = {"", "r", "rnn|", "rnn|lstm", "|", "lst", "lstmx", "RNN"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        assert_int_equal(choice_index("rnn|lstm", none[i]), -1);
    assert_string_equal(choice_word("a|bc|d", 0, word), "a");
    assert_string_equal(choice_word("a|bc|d", 1, word), "bc");
    assert_string_equal(choice_word("a|bc|d", 2, word), "d");
}

static void names_follow_their_enums(void **state)
{
    (void)state;
    assert_int_equal(choice_index(order_names(), "random"), BATCH_RANDOM);
    assert_int_equal(choice_index(order_names(), "shuffle"), BATCH_SHUFFLE);
    assert_int_equal(choice_index(order_names(), "sequential"), BATCH_SEQUENTIAL);
    assert_int_equal(choice_index(precision_names(), "float32"), PRECISION_FLOAT32);
    assert_int_equal(choice_index(precision_names(), "bf16"), PRECISION_BF16);
    assert_int_equal(choice_index(best_names(), "loss"), BEST_LOSS);
    assert_int_equal(choice_index(best_names(), "cider"), BEST_CIDER);
    assert_int_equal(choice_index(best_names(), "bleu4"), BEST_BLEU4);
    for (int i = 0; cell_at(i); i++)
        assert_int_equal(choice_index(cell_names(), cell_at(i)->name), i);
    for (int i = 0; rule_at(i); i++)
        assert_int_equal(choice_index(rule_names(), rule_at(i)->name), i);
}

static void rows_are_distinct(void **state)
{
    (void)state;
    for (int i = 0; i < TRAIN_SETTINGS; i++)
        for (int k = 0; k < i; k++) {
            const Setting *a = &train_settings[i], *b = &train_settings[k];
            if (a->field.part && b->field.part) /* of one option */
                assert_string_not_equal(a->field.part, b->field.part);
            else
                assert_string_not_equal(a->option, b->option);
            assert_string_not_equal(a->field.name, b->field.name);
            assert_int_not_equal(a->field.at, b->field.at);
        }
}

static const TrainSettings trained = {.data = "old",
                                      .cell = 1,
                                      .hidden = 16,
                                      .rule = 3 /* adam */,
                                      .lr = 0.005,
                                      .epochs = 3,
                                      .iterations = 40,
                                      .batch_size = 10,
                                      .shards = 1,
                                      .seed = 4294967295,
                                      .val_max = 7};

static int agree(const TrainSettings *asked, const char *option, FixedSettings fixed)
{
    return settings_agree(&trained, asked, (GivenOptions){&option, 1}, fixed, "m.h5", &err);
}

static void only_what_is_given_competes(void **state)
{
    (void)state;
    TrainSettings other = {
        .data = "x", .hidden = 17, .lr = 0.5, .batch_size = 11, .shards = 1, .raw_features = true};
    assert_ok(settings_agree(&trained, &other, (GivenOptions){NULL, 0}, FIXED_ALL, "m.h5", &err));
    assert_ok(agree(&other, "quiet", FIXED_ALL));
    for (int i = 0; i < TRAIN_SETTINGS; i++)
        assert_ok(agree(&trained, train_settings[i].option, FIXED_ALL));
}

static void contradictions(void **state)
{
    (void)state;
    TrainSettings other = {.data = "x", .hidden = 17, .lr = 0.5, .seed = 1, .raw_features = true};
#define INIT "; --init starts a new run from its parameters"
    static const char *const lines[][2] = {
        {"cell", "--cell rnn contradicts m.h5, which was trained with lstm"},
        {"hidden", "--hidden 17 contradicts m.h5, which was trained with 16"},
        {"optim", "--optim sgd contradicts m.h5, which was trained with adam" INIT},
        {"lr", "--lr 0.5 contradicts m.h5, which was trained with 0.005" INIT},
        {"seed", "--seed 1 contradicts m.h5, which was trained with 4294967295" INIT},
        {"raw-features", "--raw-features contradicts m.h5, which was trained without it"},
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        assert_int_equal(agree(&other, lines[i][0], FIXED_ALL), -1);
        assert_string_equal(err.text, lines[i][1]);
        /* A run that starts from a model takes its shape alone. */
        assert_int_equal(agree(&other, lines[i][0], FIXED_SHAPE), i < 2 ? -1 : 0);
    }
    static const char *const free_ones[] = {"data", "epochs", "iterations", "val-every", "val-max"};
    for (size_t i = 0; i < sizeof free_ones / sizeof *free_ones; i++)
        assert_ok(agree(&other, free_ones[i], FIXED_ALL));
}

static void differences(void **state)
{
    (void)state;
    char text[SETTINGS_TEXT], other_text[SETTINGS_TEXT], value[CHOICE_WORD];
    TrainSettings other = trained;
    other.data = "elsewhere"; /* a name, not a setting */
    assert_null(settings_differ(&trained, &other, false));
    assert_null(settings_differ(&trained, &other, true));
    settings_text(&trained, false, text);
    settings_text(&other, false, other_text);
    assert_string_equal(text, other_text);
    assert_says(text, "cell=lstm\nhidden=16\n");
    other.iterations = -1;
    other.raw_features = true;
    other.lr = nextafter(0.005, 1);
    assert_string_equal(settings_differ(&trained, &other, false)->option, "raw-features");
    assert_string_equal(setting_print(settings_differ(&trained, &other, false), &other, value), "on");
    assert_string_equal(settings_differ(&trained, &other, true)->option, "iterations");
    assert_string_equal(setting_print(settings_differ(&trained, &other, true), &other, value), "none");
    other.raw_features = false;
    assert_string_equal(settings_differ(&trained, &other, false)->option, "lr");
    settings_text(&other, false, other_text);
    assert_string_not_equal(text, other_text);
    /* Each setting is in one of the two texts, a sparse one if it is not 0. */
    settings_text(&trained, true, other_text);
    for (int i = 0; i < TRAIN_SETTINGS; i++) {
        const Setting *s = &train_settings[i];
        snprintf(value, sizeof value, "%s=", s->option);
        if (s->field.sparse)
            assert_null(strstr(text, value));
        else if (s->field.kind != FIELD_TEXT)
            assert_says(s->may_change ? other_text : text, value);
    }
    other = trained;
    other.val_every = -500;
    assert_string_equal(settings_differ(&trained, &other, true)->option, "val-every");
    assert_string_equal(setting_print(settings_differ(&trained, &other, true), &other, value), "500i");
    assert_string_equal(setting_print(settings_differ(&trained, &other, true), &trained, value), "0");
    other = trained;
    other.dropout = 0.5;
    settings_text(&other, false, other_text);
    assert_says(other_text, "dropout=0.5\n");
}

/* What a resumed run takes of the options in `given`. */
static TrainSettings replaced(const char *const *given, int n)
{
    TrainSettings s = trained;
    const TrainSettings asked = {.data = "new",
                                 .hidden = 99,
                                 .epochs = 8,
                                 .iterations = 80,
                                 .val_every = 2,
                                 .val_max = 9,
                                 .keep_best = "best"};
    s.data = strdup(trained.data);
    assert_ok(settings_replace(&s, &asked, (GivenOptions){given, n}, &err));
    return s;
}

static void replacements(void **state)
{
    (void)state;
    static const char *const all[] = {"data",   "hidden",     "val-every", "val-max",
                                      "epochs", "iterations", "keep-best"};
    TrainSettings s = replaced(NULL, 0);
    assert_string_equal(s.data, "old");
    assert_int_equal(s.iterations, 40);
    free((char *)s.data);
    s = replaced(all, 4);
    assert_string_equal(s.data, "new");
    assert_int_equal(s.hidden, 16);
    assert_int_equal(s.val_every, 2);
    assert_int_equal(s.val_max, 9);
    assert_int_equal(s.epochs, 3);
    assert_int_equal(s.iterations, 40);
    free((char *)s.data);
    s = replaced(all + 6, 1);
    assert_string_equal(s.keep_best, "best");
    assert_int_equal(s.val_every, 0);
    free((char *)s.keep_best);
    free((char *)s.data);
    /* New --epochs end the file's --iterations; new --iterations keep its epochs, which they win over. */
    s = replaced(all + 4, 1);
    assert_int_equal(s.epochs, 8);
    assert_int_equal(s.iterations, -1);
    free((char *)s.data);
    s = replaced(all + 5, 1);
    assert_int_equal(s.epochs, 3);
    assert_int_equal(s.iterations, 80);
    free((char *)s.data);
    s = replaced(all + 4, 2);
    assert_int_equal(s.epochs, 8);
    assert_int_equal(s.iterations, 80);
    free((char *)s.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(choices),           cmocka_unit_test(names_follow_their_enums),
        cmocka_unit_test(rows_are_distinct), cmocka_unit_test(only_what_is_given_competes),
        cmocka_unit_test(contradictions),    cmocka_unit_test(replacements),
        cmocka_unit_test(differences),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
