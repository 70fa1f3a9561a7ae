/* How sure a network was of words: levels, what they look like, and texts that they do not belong to. */
#include "pipeline/looks/confidence.h"

#include "tests/support/test.h"

#include <math.h>
#include <string.h>

static void check(const char *caption, const double *p, int n, const char *want)
{
    double logs[8];
    char found[128] = "";
    Confidence c;
    for (int i = 0; i < n; i++)
        logs[i] = log(p[i]);
    Record r = {.caption = (char *)caption, .word_logprobs = logs, .n_word_logprobs = n};
    assert_int_equal(confidence_words(&c, &r), 0);
    for (int i = 0; i < c.steps.n; i++)
        text_add(found, sizeof found, "%.*s%d ", (int)c.steps.step[i].len, c.text + c.steps.step[i].start,
                 confidence_level(&c, i));
    assert_string_equal(found, want);
    confidence_free(&c);
}

static void levels(void **state)
{
    (void)state;
    check("a dog runs far away", (double[]){0.9, 0.4, 0.2, 0.05, 0.01, 0.8}, 6, "a0 dog1 runs2 far3 away4 ");
    check("a dog", (double[]){0.51, 0.26}, 2, "a0 dog1 ");
    check("\u72ac\u304c", (double[]){0.9, 0.11, 0.5}, 3, "\u72ac0 \u304c2 ");
    check("a dog runs", (double[]){0.9, 0.4}, 2, ""); /* of another caption */
    check("a dog", NULL, 0, "");
}

static double luminance(Color c)
{
    static const double WEIGHT[] = {0.0722, 0.7152, 0.2126};
    double sum = 0;
    for (int i = 0; i < 3; i++) {
        double v = (c >> 8 * i & 255) / 255.0;
        sum += WEIGHT[i] * (v <= 0.03928 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4));
    }
    return sum;
}

/* WCAG's contrast of captions on every shade; shades differ from each other, and the last ones also by lines. */
static void words_stay_readable(void **state)
{
    (void)state;
    for (int name = THEME_LIGHT; name <= THEME_DARK; name++) {
        const Theme *theme = theme_colors((ThemeName)name);
        assert_int_equal(confidence_shade(theme, 0), theme->card);
        for (int level = 0; level < CONFIDENCE_LEVELS; level++) {
            double a = luminance(theme->ink), b = luminance(confidence_shade(theme, level));
            assert_true((fmax(a, b) + 0.05) / (fmin(a, b) + 0.05) >= 4.5);
            if (level)
                assert_int_not_equal(confidence_shade(theme, level), confidence_shade(theme, level - 1));
        }
    }
    assert_int_equal(confidence_underlines(0), 0);
    assert_int_equal(confidence_underlines(3), 1);
    assert_int_equal(confidence_underlines(4), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(levels),
        cmocka_unit_test(words_stay_readable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
