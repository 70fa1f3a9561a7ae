/* Scripts that no font has: each named once, with the package that helps. */
#include "pipeline/sheet/missing_fonts.h"
#include "tests/support/test.h"

#include <string.h>

static void add_line(void *ctx, const char *text)
{
    text_add(ctx, 4096, "%s\n", text);
}

static void check(const MissingFonts *fonts, const char *want)
{
    char lines[4096] = "";
    missing_fonts_warn(fonts, &(Report){.warn = add_line, .ctx = lines});
    assert_string_equal(lines, want);
}

static void names(void **state)
{
    (void)state;
    static const struct {
        uint32_t c;
        const char *name;
    } CASES[] = {{'a', "Latin"},
                 {0x0915, "Devanagari"},
                 {0x10300, "Old Italic"},
                 {0x65E5, "Han"},
                 {0x3042, "Hiragana"},
                 {0x2660, "symbols"},
                 {0x0301, "symbols"},
                 {0x10FFFD, ""},
                 {0x0378, ""},
                 {0xD800, ""},
                 {0x7FFFFFFF, ""},
                 {0x1400, "Canadian Aboriginal"},
                 {0x109A0, "Meroitic Cursive"}};
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        char name[SCRIPT_NAME_LEN];
        script_name(CASES[i].c, name);
        assert_string_equal(name, CASES[i].name);
    }
}

static void each_script_once(void **state)
{
    (void)state;
    MissingFonts fonts = {0}, more = {0};
    check(&fonts, "");
    missing_fonts_add(&fonts, 0x0915, 3);
    missing_fonts_add(&fonts, 0x0916, 4);
    missing_fonts_add(&fonts, 0x65E5, 4);
    missing_fonts_add(&more, 0x0E01, 5);
    missing_fonts_add(&more, 0x0917, 5);
    missing_fonts_add(&more, 0x1F600, 6);
    missing_fonts_add(&more, 0x1F601, 6);
    missing_fonts_add(&more, 0x3042, 7);
    missing_fonts_add(&more, 0x10FFFD, -1);
    missing_fonts_merge(&fonts, &more);
    missing_fonts_merge(&fonts, &more);
    check(&fonts,
          "no font has Devanagari (U+0915 in image 3), Thai (U+0E01 in image 5), U+10FFFD in image -1; "
          "installing fonts-noto-core may help\n"
          "no font has Han (U+65E5 in image 4), Hiragana (U+3042 in image 7); installing fonts-noto-cjk may help\n"
          "no font has emoji (U+1F600 in image 6); installing fonts-noto-color-emoji may help\n");
}

/* More scripts than there is room for: what came first is reported, and the package in any case. */
static void full(void **state)
{
    (void)state;
    MissingFonts fonts = {0};
    char lines[8192] = "";
    for (uint32_t c = 0x80; c < 0x20000; c++)
        missing_fonts_add(&fonts, c, INT64_MIN);
    assert_int_equal(fonts.n, MISSING_SCRIPTS_MAX);
    missing_fonts_warn(&fonts, &(Report){.warn = add_line, .ctx = lines});
    assert_says(lines, "no font has symbols (U+0080 in image ");
    assert_says(lines, "; installing fonts-noto-core may help\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(names), cmocka_unit_test(each_script_once),
                                       cmocka_unit_test(full)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
