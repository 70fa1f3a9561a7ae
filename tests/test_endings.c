/* Where captions may end, of words and of vocabularies that spell them; where words end. */
#include "pipeline/sample/endings.h"
#include "tests/support/unit.h"

static const char *words[] = {"<NULL>", "<START>", "<END>", "<UNK>", "a", "dog", "with"};
static const char *pieces[] = {"<NULL>", "<START>", "<END>", "<UNK>", " ", "a", "d", "og", " d", " with"};

static char nothing[] = "";
static const Vocab of_words = {.word = (char **)words, .size = 7},
                   spelled = {.word = (char **)pieces, .size = 10, .joiner = nothing};

enum { SPACE = 4, A, D, OG, _D, _WITH };

static void rules_take_what_they_need(void **state)
{
    Endings e = {&of_words, 0, false};
    DecodeRules rules = {.min_words = 3};
    (void)state;
    endings_rule(&e, &rules);
    assert_true(rules.min_words == 3 && !rules.may_end);
    e = (Endings){&of_words, 0, true};
    endings_rule(&e, &rules);
    assert_true(rules.min_words == 3 && rules.may_end == endings_allow && rules.ctx == &e);
    e = (Endings){&spelled, 0, false};
    rules = (DecodeRules){.min_words = 3};
    endings_rule(&e, &rules);
    assert_true(rules.min_words == 0 && e.min_words == 3 && rules.may_end == endings_allow);
}

static void a_bad_last_word(void **state)
{
    const Endings w = {&of_words, 0, true}, s = {&spelled, 0, true};
    (void)state;
    assert_true(endings_allow(&w, (int32_t[]){4, 5}, 2));
    assert_false(endings_allow(&w, (int32_t[]){5, 4}, 2));
    assert_false(endings_allow(&w, (int32_t[]){5, 6, 0}, 3));
    assert_true(endings_allow(&w, NULL, 0));
    assert_true(endings_allow(&s, (int32_t[]){A, _D, OG}, 3));
    assert_false(endings_allow(&s, (int32_t[]){D, OG, SPACE, A}, 4));
    assert_false(endings_allow(&s, (int32_t[]){D, OG, SPACE, A, SPACE}, 5));
    assert_false(endings_allow(&s, (int32_t[]){A, _WITH}, 2));
    assert_true(endings_allow(&s, (int32_t[]){A, _WITH, A}, 3)); /* witha */
    assert_true(endings_allow(&s, (int32_t[]){SPACE, D, A}, 3));
    assert_true(endings_allow(&s, (int32_t[]){A, _WITH, D, OG, D, OG, D, OG, D, OG}, 10)); /* long */
}

static void words_are_counted(void **state)
{
    const Endings e = {&spelled, 2, false};
    (void)state;
    assert_false(endings_allow(&e, (int32_t[]){D, OG, OG, SPACE}, 4));
    assert_true(endings_allow(&e, (int32_t[]){D, OG, SPACE, A}, 4));
    assert_true(endings_allow(&e, (int32_t[]){A, _D}, 2));
    assert_false(endings_allow(&e, (int32_t[]){SPACE, SPACE, A, SPACE, SPACE}, 5));
}

static void where_words_end(void **state)
{
    (void)state;
    assert_true(vocab_ends_word(&of_words, 4, 5));
    assert_false(vocab_ends_word(&spelled, D, OG));
    assert_true(vocab_ends_word(&spelled, OG, SPACE));
    assert_true(vocab_ends_word(&spelled, OG, _WITH));
    assert_false(vocab_ends_word(&spelled, SPACE, _D));
    assert_true(vocab_ends_word(&spelled, OG, VOCAB_END));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules_take_what_they_need),
        cmocka_unit_test(a_bad_last_word),
        cmocka_unit_test(words_are_counted),
        cmocka_unit_test(where_words_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
