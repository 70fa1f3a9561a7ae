/* image_resample gives Pillow's bytes. */
#include "io/picture/resample.h"
#include "tests/support/test.h"

#include <stdint.h>
#include <stdlib.h>

/* FNV-1a, 64 bits. */
static uint64_t digest(const unsigned char *bytes, size_t n)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < n; i++)
        h = (h ^ bytes[i]) * UINT64_C(0x100000001b3);
    return h;
}

/* Waves, hard edges and noise. */
static Image picture(int w, int h)
{
    Image image = {w, h, malloc((size_t)w * (size_t)h * 3)};
    uint32_t seed = 12345;
    unsigned char *out = image.rgb;
    assert_non_null(out);
    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++)
            for (int c = 0; c < 3; c++) {
                seed = (seed * UINT32_C(1103515245) + 12345) & 0x7fffffff;
                int noise = (int)(seed >> 16) & 63;
                *out++ = (unsigned char)((x / 7 + y / 5) & 1 ? x * (3 + c) + y * (5 - c) + noise : 255 - noise);
            }
    return image;
}

/* Made by Pillow 9.4.0: the whole picture's digest and its first two pixels. */
static void test_as_pillow(void **state)
{
    /* clang-format off */
    static const struct {
        int w, h, to_w, to_h;
        uint64_t digest;
        unsigned char first[6];
    } cases[] = {
        {500, 333, 240, 240, UINT64_C(0x4a449e21ae703e53), {227, 232, 214, 218, 216, 231}},
        {333, 500, 224, 224, UINT64_C(0xec95ba94470e2e3c), {229, 230, 222, 228, 235, 230}},
        {31, 17, 240, 240, UINT64_C(0x1c2aeff53ba48f40), {228, 255, 218, 227, 255, 218}},
        {1, 1, 5, 3, UINT64_C(0xc8639bd51e28655f), {227, 251, 218, 227, 251, 218}},
        {240, 240, 240, 240, UINT64_C(0x08b1fbf1bb6bb32b), {227, 251, 218, 213, 224, 210}},
        {300, 240, 240, 240, UINT64_C(0x6280efbd2ea3771c), {224, 246, 216, 218, 226, 217}},
        {240, 300, 240, 240, UINT64_C(0x09e211dff77adb1a), {226, 239, 219, 207, 224, 215}},
        {3000, 2, 64, 64, UINT64_C(0x70562b40984b93b5), {176, 176, 179, 193, 173, 172}},
        {97, 101, 13, 11, UINT64_C(0xdd05398d5cc2bf38), {154, 155, 153, 151, 151, 151}},
        {64, 48, 260, 30, UINT64_C(0xb7c54d5200409f3e), {232, 235, 235, 231, 234, 233}},
    };
    /* clang-format on */
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Err err;
        Image in = picture(cases[i].w, cases[i].h), out;
        assert_ok(image_resample(&out, &in, cases[i].to_w, cases[i].to_h, &err));
        assert_int_equal(out.width, cases[i].to_w);
        assert_int_equal(out.height, cases[i].to_h);
        assert_memory_equal(out.rgb, cases[i].first, sizeof cases[i].first);
        assert_true(digest(out.rgb, (size_t)out.width * (size_t)out.height * 3) == cases[i].digest);
        image_free(&in);
        image_free(&out);
    }
}

static void test_refused(void **state)
{
    Err err;
    Image in = picture(2, 2), out;
    (void)state;
    assert_int_equal(image_resample(&out, &in, 0, 5, &err), -1);
    assert_string_equal(err.text, "cannot scale to 0 x 5 pixels");
    assert_null(out.rgb);
    image_free(&in);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_as_pillow),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
