/* Which words or characters of a caption the values of its steps belong to. */
#include "pipeline/looks/caption_steps.h"

#include "tests/support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Checks the steps, given with bars between them; NULL: there are none that fit. */
static void check(const char *text, int values, const char *want, bool ends)
{
    CaptionSteps steps;
    char found[256] = "";
    int rc = caption_steps(&steps, text, values);
    if (!want) {
        assert_int_equal(rc, 0);
        return;
    }
    assert_int_equal(rc, 1);
    for (int i = 0; i < steps.n; i++)
        text_add(found, sizeof found, "%s%.*s", i ? "|" : "", (int)steps.step[i].len, text + steps.step[i].start);
    assert_string_equal(found, want);
    assert_int_equal(steps.ends, ends);
    free(steps.step);
}

static void words(void **state)
{
    (void)state;
    check("a dog runs", 4, "a|dog|runs", true);
    check("a dog runs", 3, "a|dog|runs", false); /* cut off */
    check("a  <UNK>", 3, "a|<UNK>", true);
    check("", 1, "", true);
    check("", 0, "", false);
}

static void characters(void **state)
{
    (void)state;
    check("a dog", 6, "a| |d|o|g", true);
    check("a dog", 5, "a| |d|o|g", false);
    check("\u72ac\u304c", 3, "\u72ac|\u304c", true);
    check("\xf0\x9f\x90\xb6 x", 3, "\xf0\x9f\x90\xb6|x", true);
}

static void of_another_caption(void **state)
{
    (void)state;
    check("a dog runs", 5, NULL, false);
    check("a dog runs", 2, NULL, false);
    check("a dog runs", 12, NULL, false);
    check("", 2, NULL, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words),
        cmocka_unit_test(characters),
        cmocka_unit_test(of_another_caption),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
