/* ICC profiles: colours that change, profiles that change nothing, and profiles that cannot be used. */
#include "io/picture/color.h"
#include "tests/support/profiles.h"
#include "tests/support/test.h"

#include <stdlib.h>
#include <string.h>

static void near(const unsigned char *is, const unsigned char *wanted, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (abs(is[i] - wanted[i]) > 2)
            fail_msg("byte %zu is %d, not %d", i, is[i], wanted[i]);
}

static void rgb(void **state)
{
    (void)state;
    enum { N = 5000 }; /* more than are turned at once */
    Bytes icc = profile_swapped();
    unsigned char *three = malloc(N * 3), *four = malloc(N * 4);
    for (size_t i = 0; i < N; i++) {
        memcpy(three + i * 3, "\xc8\x64\x32", 3);
        memcpy(four + i * 4, "\xc8\x64\x32\x11", 4);
    }
    color_to_srgb(three, N, 3, icc.bytes, icc.n);
    color_to_srgb(four, N, 4, icc.bytes, icc.n);
    for (size_t i = 0; i < N; i++) {
        near(three + i * 3, (const unsigned char *)"\x64\xc8\x32", 3);
        near(four + i * 4, (const unsigned char *)"\x64\xc8\x32", 3);
        assert_int_equal(four[i * 4 + 3], 0x11);
    }
    free(three);
    free(four);
    free(icc.bytes);
}

/* Code c has the light (c/255)²: 128 is 0.252, which sRGB writes as 137. */
static void grey(void **state)
{
    (void)state;
    Bytes icc = profile_square_grey();
    unsigned char pixels[] = {0, 0, 0, 128, 128, 128, 255, 255, 255}, colored[] = {0, 0, 0, 128, 128, 129};
    color_to_srgb(pixels, 3, 3, icc.bytes, icc.n);
    near(pixels, (const unsigned char[]){0, 0, 0, 137, 137, 137, 255, 255, 255}, 9);
    color_to_srgb(colored, 2, 3, icc.bytes, icc.n);
    assert_memory_equal(colored, ((const unsigned char[]){0, 0, 0, 128, 128, 129}), 6);
    free(icc.bytes);
}

static void cmyk(void **state)
{
    (void)state;
    Bytes icc = profile_cmyk(), other = profile_srgb();
    const unsigned char inks[] = {0, 0, 0, 0, 255, 0, 0, 0, 0, 0, 0, 255},
                        wanted[] = {255, 255, 255, 220, 20, 20, 0, 0, 0};
    unsigned char pixels[12];
    memcpy(pixels, inks, 12);
    assert_true(color_cmyk_to_srgb(pixels, 3, false, icc.bytes, icc.n));
    near(pixels, wanted, 9);
    for (int i = 0; i < 12; i++)
        pixels[i] = inks[i] ^ 255;
    assert_true(color_cmyk_to_srgb(pixels, 3, true, icc.bytes, icc.n));
    near(pixels, wanted, 9);
    memcpy(pixels, inks, 12);
    assert_false(color_cmyk_to_srgb(pixels, 3, false, other.bytes, other.n));
    color_to_srgb(pixels, 4, 3, icc.bytes, icc.n); /* nor does this one fit RGB */
    assert_memory_equal(pixels, inks, 12);
    free(icc.bytes);
    free(other.bytes);
}

/* Not a bit changes. */
static void unused(void **state)
{
    (void)state;
    Bytes srgb = profile_srgb(), broken = profile_swapped();
    unsigned char pixels[256 * 3], kept[256 * 3];
    for (int i = 0; i < 256 * 3; i++)
        kept[i] = (unsigned char)(i * 7);
    memcpy(pixels, kept, sizeof kept);
    color_to_srgb(pixels, 256, 3, srgb.bytes, srgb.n);
    color_to_srgb(pixels, 256, 3, NULL, 0);
    for (size_t n = 0; n < broken.n; n += 16) /* cut off within the head, the table or the tags */
        if (n < 128 + 4 + 12 * 8)
            color_to_srgb(pixels, 256, 3, broken.bytes, n);
    memset(broken.bytes + 128, 0xFF, 4); /* so many tags */
    color_to_srgb(pixels, 256, 3, broken.bytes, broken.n);
    assert_memory_equal(pixels, kept, sizeof kept);
    free(srgb.bytes);
    free(broken.bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rgb),
        cmocka_unit_test(grey),
        cmocka_unit_test(cmyk),
        cmocka_unit_test(unused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
