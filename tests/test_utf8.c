/* Which bytes are UTF-8: every code point, every way to write it with too many bytes, every way to cut it short. */
#include "io/base/utf8.h"
#include "tests/support/test.h"

#include <stdlib.h>
#include <string.h>

/* Writes c with n bytes, more than it needs or not. */
static void encode(uint32_t c, size_t n, char *out)
{
    static const unsigned char LEAD[] = {0, 0, 0xC0, 0xE0, 0xF0};
    out[0] = (char)(LEAD[n] | c >> 6 * (n - 1));
    for (size_t i = 1; i < n; i++)
        out[i] = (char)(0x80 | (c >> 6 * (n - 1 - i) & 0x3F));
}

static size_t needs(uint32_t c)
{
    return c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
}

static void every_code_point(void **state)
{
    (void)state;
    for (uint32_t c = 0; c < 0x200000; c++) {
        bool is_character = c < 0x110000 && (c < 0xD800 || c > 0xDFFF);
        for (size_t n = needs(c); n <= 4; n++) {
            char bytes[5] = "";
            encode(c, n, bytes);
            bool right = is_character && n == needs(c);
            if (utf8_length(bytes, n) != (right ? n : 0) || utf8_valid(bytes, n) != right)
                fail_msg("U+%04X in %zu bytes", (unsigned)c, n);
            for (size_t cut = 1; cut < n; cut++)
                if (utf8_length(bytes, cut))
                    fail_msg("U+%04X cut", (unsigned)c);
        }
    }
}

static void texts(void **state)
{
    (void)state;
    assert_true(utf8_valid("", 0));
    assert_true(utf8_valid("a\0b", 3));
    assert_true(utf8_valid("\xf4\x8f\xbf\xbf\xef\xbf\xbf\xed\x9f\xbf\xdf\xbf", 12));
    assert_false(utf8_valid("\x80", 1));
    assert_false(utf8_valid("a\xc3", 2));
    assert_false(utf8_valid("\xc3\xa9\xff", 3));
    assert_false(utf8_valid("\xf8\x88\x80\x80\x80", 5));
}

/* A text that ends in NUL is not read further, whatever length is given. */
static void ends_at_a_nul(void **state)
{
    (void)state;
    static const char *const CUT[] = {"\xc3", "\xe4\xb8", "\xe4", "\xf0\x9f\x91", "\xf0\x9f", "\xf0"};
    for (size_t i = 0; i < sizeof CUT / sizeof *CUT; i++) {
        char *copy = strdup(CUT[i]); /* in memory of its own, so that a read beyond the end is seen */
        assert_int_equal(utf8_length(copy, 4), 0);
        free(copy);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_code_point), cmocka_unit_test(texts),
                                       cmocka_unit_test(ends_at_a_nul)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
