/* The training log: numbers read back as the same bits, and bad lines are refused with a reason. */
#include "io/data/trainlog.h"
#include "tests/support/test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void round_trip(void **state)
{
    (void)state;
    const double losses[] = {76.913486751,           0.1 + 0.2, 1.0 / 3,           5e-324,
                             1.7976931348623157e308, 0,         21.063153266906738};
    Err err;
    for (size_t i = 0; i < sizeof losses / sizeof *losses; i++) {
        LogEvent e = {"iteration", (int64_t)i + 1, 2, losses[i], 5e-3, NAN, NAN, "", "", NULL, NULL, NULL, NULL},
                 back;
        char *text = NULL;
        size_t len;
        FILE *out = open_memstream(&text, &len);
        assert_ok(log_write(out, &e, &err));
        fclose(out);
        assert_int_equal(text[len - 1], '\n');
        assert_ok(log_parse(&back, text, len - 1, &err));
        assert_string_equal(back.event, "iteration");
        assert_int_equal(back.iteration, i + 1);
        assert_int_equal(back.epoch, 2);
        assert_memory_equal(&back.loss, &e.loss, sizeof e.loss);
        assert_true(back.lr == 5e-3);
        assert_true(isnan(back.captions_per_s) && isnan(back.val_loss));
        free(text);
    }
}

static void exact_line(void **state)
{
    (void)state;
    Err err;
    char *text = NULL;
    size_t len;
    LogEvent e = {"epoch", 16000, 1, 38.25, 0.005, 1850.2, 39.125, "", "", NULL, NULL, NULL, NULL};
    FILE *out = open_memstream(&text, &len);
    assert_ok(log_write(out, &e, &err));
    fclose(out);
    assert_string_equal(text, "{\"event\":\"epoch\",\"iteration\":16000,\"epoch\":1,\"loss\":38.25,\"lr\":0.005,"
                              "\"captions_per_s\":1850.2,\"val_loss\":39.125}\n");
    free(text);
    const LogScores scores = {{3.5, INFINITY}, 0.25, NAN, 1.5};
    const LogWords words = {2.5, NAN};
    LogEvent v = {"validation", 9, 1, NAN, NAN, NAN, 38, "", "", NULL, &scores, &words, NULL};
    out = open_memstream(&text, &len);
    assert_ok(log_write(out, &v, &err));
    fclose(out);
    assert_string_equal(text, "{\"event\":\"validation\",\"iteration\":9,\"epoch\":1,\"val_loss\":38,"
                              "\"word_loss\":2.5,\"val_word_loss\":3.5,\"val_bleu4\":0.25,\"val_cider\":1.5}\n");
    free(text);
}

static void bad_lines(void **state)
{
    (void)state;
    static const char *const bad[][2] = {
        {"{}", "no \"event\""},
        {"{\"event\":\"iteration\"}", "no \"iteration\""},
        {"{\"event\":7,\"iteration\":1}", "\"event\""},
        {"{\"event\":\"a-name-beyond-all-reason\",\"iteration\":1}", "longer than"},
        {"{\"event\":\"iteration\",\"iteration\":-1}", "below 0"},
        {"{\"event\":\"iteration\",\"iteration\":1.5}", "\"iteration\""},
        {"{\"event\":\"iteration\",\"iteration\":\"1\"}", "\"iteration\""},
        {"{\"event\":\"iteration\",\"iteration\":1,\"loss\":\"2\"}", "\"loss\""},
        {"{\"event\":\"iteration\",\"iteration\":1,\"loss\":NaNs}", "not JSON"},
        {"{\"event\":\"iteration\",\"iteration\":NaN,\"loss\":1}", "\"iteration\""},
        {"{\"event\":\"iteration\",\"iteration\":1,\"val_loss\":[]}", "\"val_loss\""},
        {"{\"event\":\"iteration\",\"iteration\":1", "ends early"},
    };
    Err err;
    LogEvent e;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(log_parse(&e, bad[i][0], strlen(bad[i][0]), &err), -1);
        assert_says(err.text, bad[i][1]);
    }
}

static void not_finite(void **state)
{
    (void)state;
    static const char *const word[] = {"NaN", "Infinity", "-Infinity", "1e999", "-1e999"};
    char line[160];
    Err err;
    LogEvent e;
    for (size_t i = 0; i < sizeof word / sizeof *word; i++) {
        int n = snprintf(line, sizeof line,
                         "{\"note\":\"a \\\" NaN\",\"event\":\"iteration\",\"iteration\":4,\"loss\":%s,\"lr\":0.5}",
                         word[i]);
        assert_ok(log_parse(&e, line, (size_t)n, &err));
        assert_string_equal(e.not_finite, "loss");
        assert_true(isnan(e.loss));
        assert_true(e.lr == 0.5 && e.iteration == 4);
    }
}

static void refuses_to_write(void **state)
{
    (void)state;
    Err err;
    LogEvent e = {"iteration", 1, 1, INFINITY, NAN, NAN, NAN, "", "", NULL, NULL, NULL, NULL};
    FILE *out = fopen("/dev/full", "w");
    assert_int_equal(log_write(out, &e, &err), -1);
    assert_says(err.text, "infinite");
    e.loss = 1;
    assert_int_equal(log_write(out, &e, &err), -1);
    assert_says(err.text, "No space");
    fclose(out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(round_trip), cmocka_unit_test(exact_line),
                                       cmocka_unit_test(bad_lines), cmocka_unit_test(not_finite),
                                       cmocka_unit_test(refuses_to_write)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
