/* Which words of captions the references have. */
#include "pipeline/sheet/highlight.h"
#include "tests/support/test.h"

#include <stdlib.h>
#include <string.h>

/* Words that are found are in (round) brackets, others in [square] ones. */
static void check_found(const char *caption, const char *first, const char *second, const char *want)
{
    char *references[] = {(char *)first, (char *)second}, out[256] = "";
    Record r = {.caption = (char *)caption, .references = references, .n_references = second ? 2 : first ? 1 : 0};
    Highlight h;
    assert_int_equal(highlight_words(&h, &r), 0);
    for (int i = 0, n = 0; i < h.n; i++) {
        bool in = h.word[i].found;
        n += snprintf(out + n, sizeof out - (size_t)n, "%s%.*s%s", in ? "(" : "[", (int)h.word[i].len,
                      h.text + h.word[i].start, in ? ")" : "]");
        assert_in_range(n, 0, sizeof out - 1);
    }
    assert_string_equal(out, want);
    highlight_free(&h);
    highlight_free(&h); /* legal on a freed one */
}

static void words_of_any_reference(void **state)
{
    (void)state;
    check_found("a man rides a horse", "A man, riding.", "the HORSE", "(a)(man)[rides](a)(horse)");
    check_found("a man", NULL, NULL, "[a][man]");
    check_found("", "a", NULL, "");
    check_found("don't \"stop\"", "Stop don't", NULL, "(don't)(stop)");
    check_found("man", "woman mankind", NULL, "[man]");
    check_found("\xc3\x89t\xc3\xa9\ttime", "\xc3\xa9T\xc3\x89", "TIME", "(\xc3\x89t\xc3\xa9)(time)");
}

static void unknown_words_are_never_found(void **state)
{
    (void)state;
    check_found("a <UNK> gun, <unk>", "a <UNK> gun", "unk", "(a)[<UNK>](gun)[<unk>]");
    check_found("unk", "a <UNK> gun", NULL, "(unk)");
}

static void many_words(void **state)
{
    (void)state;
    char *caption = malloc(1 << 20);
    for (int i = 0; i < (1 << 19); i++)
        memcpy(caption + 2 * i, "x ", 3 - (i == (1 << 19) - 1));
    caption[(1 << 20) - 1] = '\0';
    Record r = {.caption = caption, .references = &caption, .n_references = 1};
    Highlight h;
    assert_int_equal(highlight_words(&h, &r), 0);
    assert_in_range(h.n, 1000, 4096);
    for (int i = 0; i < h.n - 1; i++)
        assert_true(h.word[i].found);
    highlight_free(&h);
    free(caption);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_of_any_reference),
        cmocka_unit_test(unknown_words_are_never_found),
        cmocka_unit_test(many_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
