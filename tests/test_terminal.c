/* Text of strangers, made safe for a terminal. */
#include "pipeline/common/terminal.h"
#include "tests/support/test.h"

#include <stdlib.h>
#include <string.h>

static void check(const char *text, const char *want)
{
    char out[256], *streamed = NULL;
    size_t len = 0;
    assert_int_equal(terminal_text(text, out, sizeof out), strlen(want));
    assert_string_equal(out, want);
    FILE *stream = open_memstream(&streamed, &len);
    terminal_put(stream, text);
    fclose(stream);
    assert_string_equal(streamed, want);
    free(streamed);
}

static void plain_text_stays(void **state)
{
    (void)state;
    check("", "");
    check("a cat \\x1b ~", "a cat \\x1b ~");
    check("caf\xc3\xa9 \xe4\xb8\x80 \xf0\x9f\x91\x8d", "caf\xc3\xa9 \xe4\xb8\x80 \xf0\x9f\x91\x8d");
    /* The neighbours of what is escaped: U+00A0, U+2010, U+2027, U+202F, U+2065, U+206A. */
    check("\xc2\xa0\xe2\x80\x90\xe2\x80\xa7\xe2\x80\xaf\xe2\x81\xa5\xe2\x81\xaa",
          "\xc2\xa0\xe2\x80\x90\xe2\x80\xa7\xe2\x80\xaf\xe2\x81\xa5\xe2\x81\xaa");
}

static void controls_are_escaped(void **state)
{
    (void)state;
    check("\033]0;t\007\033[2J", "\\x1b]0;t\\x07\\x1b[2J");
    check("two\nlines\t\r\x7f", "two\\x0alines\\x09\\x0d\\x7f");
    check("\xc2\x80\xc2\x9b\xc2\x9f",
          "\\xc2\\x80\\xc2\\x9b\\xc2\\x9f"); /* C1: U+009B begins a sequence as ESC [ does */
}

static void direction_is_escaped(void **state)
{
    (void)state;
    check("a\xe2\x80\xae"
          "b\xe2\x81\xa6\xe2\x80\x8f",
          "a\\xe2\\x80\\xae"
          "b\\xe2\\x81\\xa6\\xe2\\x80\\x8f");
    check("\xd8\x9c\xe2\x80\xa8\xe2\x80\xa9", "\\xd8\\x9c\\xe2\\x80\\xa8\\xe2\\x80\\xa9");
}

static void invalid_bytes_are_escaped(void **state)
{
    (void)state;
    check("\xff\x9b z\xc3", "\\xff\\x9b z\\xc3");
    check("\xc0\xaf\xed\xa0\x80", "\\xc0\\xaf\\xed\\xa0\\x80"); /* overlong, a surrogate */
    check("\xe2\x80", "\\xe2\\x80");
}

static void what_does_not_fit_is_left_out_whole(void **state)
{
    static const struct {
        size_t room;
        const char *want;
    } CASE[] = {{1, ""}, {2, "a"}, {3, "a"}, {4, "a\xc3\xa9"}, {7, "a\xc3\xa9"}, {8, "a\xc3\xa9\\x1b"}};
    (void)state;
    for (size_t i = 0; i < sizeof CASE / sizeof *CASE; i++) {
        char out[9];
        memset(out, '#', sizeof out);
        assert_int_equal(terminal_text("a\xc3\xa9\033", out, CASE[i].room), strlen(CASE[i].want));
        assert_string_equal(out, CASE[i].want);
        assert_int_equal(out[CASE[i].room], '#');
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_text_stays),
        cmocka_unit_test(controls_are_escaped),
        cmocka_unit_test(direction_is_escaped),
        cmocka_unit_test(invalid_bytes_are_escaped),
        cmocka_unit_test(what_does_not_fit_is_left_out_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
