/* Text as a paragraph, split into words, and in lower case. */
#include "io/base/text.h"
#include "tests/support/test.h"

#include <stdlib.h>
#include <string.h>

static void check_paragraph(const char *text, const char *want)
{
    char *out = text_paragraph(text);
    assert_string_equal(out, want);
    char *again = text_paragraph(out); /* the paragraph of a paragraph is itself */
    assert_string_equal(again, want);
    free(out);
    free(again);
}

static void paragraphs(void **state)
{
    (void)state;
    check_paragraph("", "");
    check_paragraph("a plain  text", "a plain  text");
    check_paragraph("a\nb\r\n\tc\x01"
                    "d\x7f",
                    "a b   c d ");
    check_paragraph("next\xc2\x85line\xe2\x80\xa8separated\xe2\x80\xa9 c1 \xc2\x9f", "next line separated  c1  ");
    check_paragraph(" \t\n of \xe2\x80\xaejpg\xe2\x80\xac", "of jpg\xe2\x80\xac");
    char wide[TEXT_MAX + 100];
    memset(wide, ' ', sizeof wide);
    memcpy(wide + sizeof wide - 5, "word", 5);
    check_paragraph(wide, "word");
    check_paragraph(" \xe2\x80\xae\n ", "");
    check_paragraph("\xff caf\xc3\xa9 \xc3", "\xef\xbf\xbd caf\xc3\xa9 \xef\xbf\xbd");
}

/* Long text ends in whole characters and an ellipsis, within the limit. */
static void long_text_is_cut(void **state)
{
    static const char *const UNIT[] = {"a", "\xc3\xa9", "\xe4\xb8\x80", "\xf0\x9f\x91\x8d", "\xff"};
    (void)state;
    for (size_t k = 0; k < sizeof UNIT / sizeof *UNIT; k++)
        for (size_t len = TEXT_MAX - 6; len < TEXT_MAX + 6; len++) {
            char text[TEXT_MAX + 16] = "";
            size_t n = 0, unit = strlen(UNIT[k]);
            while (n + unit <= len) {
                memcpy(text + n, UNIT[k], unit);
                n += unit;
            }
            char *out = text_paragraph(text), *again = text_paragraph(out);
            size_t m = strlen(out);
            bool cut = n > TEXT_MAX || UNIT[k][0] == '\xff';
            assert_true(m <= TEXT_MAX && m >= (cut ? TEXT_MAX - 7 : n));
            assert_int_equal(m >= 3 && !strcmp(out + m - 3, "\xe2\x80\xa6"), cut);
            assert_string_equal(again, out);
            free(out);
            free(again);
        }
}

static void check_words(const char *text, const char *want)
{
    char found[256] = "";
    size_t at = 0, start, len;
    while (text_word(text, &at, &start, &len))
        text_add(found, sizeof found, "[%.*s]", (int)len, text + start);
    assert_string_equal(found, want);
}

static void words(void **state)
{
    (void)state;
    check_words("", "");
    check_words("  ... -- ! ", "");
    check_words("a man", "[a][man]");
    check_words(" (A man's) \"hat\", twenty-one. ", "[A][man's][hat][twenty-one]");
    check_words("\xc2\xabvoil\xc3\xa0\xc2\xbb\xe3\x80\x80\xe4\xb8\x80", "[voil\xc3\xa0][\xe4\xb8\x80]");
    check_words("a <UNK> b", "[a][UNK][b]");
}

static void lower(void **state)
{
    static const char *const CASES[][2] = {
        {"A Man", "a man"}, {"\xc3\x89T\xc3\x89", "\xc3\xa9t\xc3\xa9"}, {"\xd0\x96", "\xd0\xb6"}, {"", ""}};
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        char *out = text_lower(CASES[i][0], strlen(CASES[i][0]));
        assert_string_equal(out, CASES[i][1]);
        free(out);
    }
}

static void simple_words(void **state)
{
    static const char *const CASES[][2] = {
        {"", ""},
        {" -- . ", ""},
        {"A man's dog, 2 o'clock!", "a mans dog 2 oclock"},
        {"rock\xe2\x80\x99n\xe2\x80\x99roll", "rocknroll"},
        {"Caf\xc3\x89 \xc3\xa0 la-carte", "caf\xc3\xa9 \xc3\xa0 la carte"},
        {"cafe\xcc\x81", "caf\xc3\xa9"}, /* composed */
        {"x\xcc\xb2y", "x\xcc\xb2y"},    /* a mark that has no composed form */
        {" \xcc\xb2 a", "a"},            /* a mark on nothing */
        {"\xd0\x94\xd0\xb2\xd0\xb0 \xd0\x9a\xd0\xbe\xd1\x82\xd0\xb0",
         "\xd0\xb4\xd0\xb2\xd0\xb0 \xd0\xba\xd0\xbe\xd1\x82\xd0\xb0"},
        {"J\xcc\x8c", "\xc7\xb0"},
        {"C'\xcc\x87", "\xc4\x8b"}, /* its own accent, once the apostrophe is gone */
        {"a\tb\nc_d", "a b c d"}};
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        char *out = text_simple_words(CASES[i][0]);
        assert_string_equal(out, CASES[i][1]);
        free(out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paragraphs), cmocka_unit_test(long_text_is_cut), cmocka_unit_test(words),
        cmocka_unit_test(lower),      cmocka_unit_test(simple_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
