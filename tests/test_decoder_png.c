/* Decoding PNG: every colour type, transparency and interlacing; what is damaged is refused, what is merely odd is
 * not. */
#include "io/picture/image.h"
#include "tests/support/decode.h"
#include "tests/support/pngs.h"
#include "tests/support/test.h"

#include <stdlib.h>
#include <string.h>

static void expect(const PngParts *parts, const char *rgb)
{
    Err err;
    Image image;
    PngBytes png = pngs_make(parts);
    assert_ok(decode_whole(&image, png.bytes, png.n, &err));
    assert_int_equal(image.width, parts->w);
    assert_int_equal(image.height, parts->h);
    assert_memory_equal(image.rgb, rgb, (size_t)image.width * (size_t)image.height * 3);
    image_free(&image);
}

static void expect_refused(const PngBytes *png, const char *why)
{
    Err err;
    Image image;
    assert_int_equal(decode_whole(&image, png->bytes, png->n, &err), -1);
    assert_says(err.text, why);
    assert_null(image.rgb);
}

static void expect_read(const PngBytes *png, const char *rgb)
{
    Err err;
    Image image;
    assert_ok(decode_whole(&image, png->bytes, png->n, &err));
    assert_memory_equal(image.rgb, rgb, (size_t)image.width * (size_t)image.height * 3);
    image_free(&image);
}

/* Grey of 1, 2, 4, 8 and 16 bits, RGB of 8 and 16, palettes. Of 16 bits the upper 8 count. */
static void colour_types(void **state)
{
    (void)state;
    expect(&(PngParts){.w = 8, .h = 1, .depth = 1, .type = 0, .rows = PNG_DATA("\0\xaa")},
           "\xff\xff\xff\0\0\0\xff\xff\xff\0\0\0\xff\xff\xff\0\0\0\xff\xff\xff\0\0\0");
    expect(&(PngParts){.w = 4, .h = 1, .depth = 2, .type = 0, .rows = PNG_DATA("\0\x1b")},
           "\0\0\0\x55\x55\x55\xaa\xaa\xaa\xff\xff\xff");
    expect(&(PngParts){.w = 2, .h = 1, .depth = 4, .type = 0, .rows = PNG_DATA("\0\x3c")},
           "\x33\x33\x33\xcc\xcc\xcc");
    expect(&(PngParts){.w = 2, .h = 1, .depth = 8, .type = 0, .rows = PNG_DATA("\0\x10\x80")},
           "\x10\x10\x10\x80\x80\x80");
    expect(&(PngParts){.w = 2, .h = 1, .depth = 16, .type = 0, .rows = PNG_DATA("\0\x10\xff\x80\x01")},
           "\x10\x10\x10\x80\x80\x80");
    expect(&(PngParts){.w = 2, .h = 1, .depth = 8, .type = 2, .rows = PNG_DATA("\0\1\2\3\4\5\6")}, "\1\2\3\4\5\6");
    expect(&(PngParts){.w = 1, .h = 1, .depth = 16, .type = 2, .rows = PNG_DATA("\0\x12\x34\x56\x78\x9a\xbc")},
           "\x12\x56\x9a");
    expect(&(PngParts){.w = 2,
                       .h = 1,
                       .depth = 8,
                       .type = 3,
                       .plte = PNG_DATA("\x0a\x0b\x0c\x14\x15\x16"),
                       .rows = PNG_DATA("\0\1\0")},
           "\x14\x15\x16\x0a\x0b\x0c");
    expect(&(PngParts){.w = 2,
                       .h = 1,
                       .depth = 1,
                       .type = 3,
                       .plte = PNG_DATA("\x0a\x0b\x0c\x14\x15\x16"),
                       .rows = PNG_DATA("\0\x40")},
           "\x0a\x0b\x0c\x14\x15\x16");
}

static void alpha_is_laid_over_white(void **state)
{
    (void)state;
    expect(
        &(PngParts){.w = 3, .h = 1, .depth = 8, .type = 6, .rows = PNG_DATA("\0\0\0\0\0\0\0\0\x80\x64\x32\0\xff")},
        "\xff\xff\xff\x7f\x7f\x7f\x64\x32\0");
    expect(&(PngParts){.w = 2, .h = 1, .depth = 8, .type = 4, .rows = PNG_DATA("\0\0\xff\0\0")},
           "\0\0\0\xff\xff\xff"); /* grey with alpha */
    expect(&(PngParts){.w = 1, .h = 1, .depth = 16, .type = 6, .rows = PNG_DATA("\0\0\1\0\2\0\3\x80\xff")},
           "\x7f\x7f\x7f"); /* 16 bits */
    expect(&(PngParts){.w = 2,
                       .h = 1,
                       .depth = 8,
                       .type = 3,
                       .plte = PNG_DATA("\0\0\0\1\2\3"),
                       .trns = PNG_DATA("\0\xff"),
                       .rows = PNG_DATA("\0\0\1")},
           "\xff\xff\xff\1\2\3"); /* a transparent entry of a palette */
    expect(&(PngParts){.w = 2, .h = 1, .depth = 8, .type = 0, .trns = PNG_DATA("\0\5"), .rows = PNG_DATA("\0\5\6")},
           "\xff\xff\xff\6\6\6"); /* a transparent grey */
    expect(&(PngParts){.w = 2,
                       .h = 1,
                       .depth = 16,
                       .type = 2,
                       .trns = PNG_DATA("\1\2\3\4\5\6"),
                       .rows = PNG_DATA("\0\1\2\3\4\5\6\1\2\3\4\5\7")},
           "\xff\xff\xff\1\3\5"); /* a transparent colour, compared in all 16 bits */
}

/* The pixels of 4 x 2 in the order of Adam7's passes: 1, 4, 6, 6 and 7. */
static void interlaced(void **state)
{
    (void)state;
    expect(
        &(PngParts){
            .w = 4, .h = 2, .depth = 8, .type = 0, .interlace = 1, .rows = PNG_DATA("\0\1\0\3\0\2\4\0\5\6\7\x8")},
        "\1\1\1\2\2\2\3\3\3\4\4\4\5\5\5\6\6\6\7\7\7\x8\x8\x8");
}

static const PngParts GREYS = {.w = 4, .h = 1, .depth = 8, .type = 0, .rows = PNG_DATA("\0\1\2\3\4")};
static const char GREYS_RGB[] = "\1\1\1\2\2\2\3\3\3\4\4\4";

/* Where the data of GREYS begin: after the signature, IHDR, and the length and type of IDAT. */
enum { DATA = PNGS_AFTER_IHDR + 8 };

static void damage_is_refused(void **state)
{
    (void)state;
    PngBytes good = pngs_make(&GREYS), bad = good;
    bad.bytes[DATA + 10] ^= 1;
    expect_refused(&bad, "corrupt PNG (IDAT: CRC error)");
    bad = good;
    bad.bytes[PNGS_AFTER_IHDR - 1] ^= 1;
    expect_refused(&bad, "corrupt PNG (IHDR: CRC error)");
    bad = good;
    bad.bytes[good.n - 1] ^= 1;
    expect_refused(&bad, "corrupt PNG (IEND: CRC error)");
    for (size_t n = 8; n < good.n; n++) {
        bad.n = n;
        expect_refused(&bad, "truncated PNG");
    }
    bad = pngs_make(&(PngParts){.w = 4, .h = 2, .depth = 8, .type = 0, .rows = PNG_DATA("\0\1\2\3\4")});
    expect_refused(&bad, "corrupt PNG (Not enough image data)");
    bad = pngs_make(&(PngParts){.w = 4, .h = 1, .depth = 8, .type = 3, .rows = PNG_DATA("\0\1\2\3\4")});
    expect_refused(&bad, "corrupt PNG"); /* no palette */
    bad = pngs_with_chunk(&good, PNGS_AFTER_IHDR, "NeeD", (PngData)PNG_DATA("x"));
    expect_refused(&bad, "corrupt PNG (NeeD: unhandled critical chunk)");
}

static void sizes_are_limited(void **state)
{
    (void)state;
    static const unsigned SIZES[][2] = {
        {20000, 20000}, {0x7fffffff, 0x7fffffff}, {1 << 20 | 1, 1}, {1, 1 << 20 | 1}};
    for (size_t i = 0; i < sizeof SIZES / sizeof *SIZES; i++) {
        PngBytes huge =
            pngs_make(&(PngParts){.w = SIZES[i][0], .h = SIZES[i][1], .depth = 8, .rows = PNG_DATA("\0\1")});
        expect_refused(&huge, "pixels are too many");
    }
    PngBytes none = pngs_make(&(PngParts){.w = 0, .h = 1, .depth = 8, .rows = PNG_DATA("\0")});
    expect_refused(&none, "corrupt PNG (Invalid IHDR data)");
}

/* None of this changes a pixel: chunks that nobody needs, broken or large; a stream of data in pieces, one of them
 * empty, with a wrong checksum of its own, or with too many rows; bytes after the end. */
static void oddness_is_accepted(void **state)
{
    (void)state;
    PngBytes good = pngs_make(&GREYS), odd;
    static const char large[2000];
    static const struct {
        const char *type;
        PngData data;
    } CHUNKS[] = {{"gAMA", PNG_DATA("\0\1\x86\xa0")}, {"gAMA", PNG_DATA("\0")},
                  {"iCCP", PNG_DATA("x\0\0junk")},    {"tEXt", {large, sizeof large}},
                  {"prVt", PNG_DATA("\1\2\3")},       {"IDAT", {NULL, 0}},
                  {"sRGB", PNG_DATA("\x7f")},         {"bKGD", PNG_DATA("\0\1\0\2\0")}};
    for (size_t i = 0; i < sizeof CHUNKS / sizeof *CHUNKS; i++) {
        odd = pngs_with_chunk(&good, PNGS_AFTER_IHDR, CHUNKS[i].type, CHUNKS[i].data);
        expect_read(&odd, GREYS_RGB);
    }
    odd = pngs_with_chunk(&good, PNGS_AFTER_IHDR, "tEXt", (PngData)PNG_DATA("k\0v"));
    odd.bytes[PNGS_AFTER_IHDR + 8] ^= 1; /* a wrong checksum of what is not needed */
    expect_read(&odd, GREYS_RGB);
    odd = pngs_with_chunk(&good, good.n, "IDAT", (PngData)PNG_DATA("x"));
    expect_read(&odd, GREYS_RGB);
    PngParts parts = GREYS;
    parts.wrong_adler = true;
    odd = pngs_make(&parts);
    expect_read(&odd, GREYS_RGB);
    parts = GREYS;
    parts.rows = (PngData)PNG_DATA("\0\1\2\3\4\0\5\6\7\x8");
    odd = pngs_make(&parts);
    expect_read(&odd, GREYS_RGB);
}

/* libpng limits what it stores of a chunk, but these are not stored. */
static void large_chunks_are_passed_over(void **state)
{
    (void)state;
    Err err;
    Image image;
    enum { LARGE = 9 << 20 };
    PngBytes good = pngs_make(&GREYS);
    size_t n = good.n + 12 + LARGE;
    unsigned char *bytes = calloc(n, 1);
    memcpy(bytes, good.bytes, PNGS_AFTER_IHDR);
    memcpy(bytes + PNGS_AFTER_IHDR, "\0\x90\0\0prVt", 8); /* its checksum is wrong, which does not matter either */
    memcpy(bytes + n - (good.n - PNGS_AFTER_IHDR), good.bytes + PNGS_AFTER_IHDR, good.n - PNGS_AFTER_IHDR);
    assert_ok(decode_whole(&image, bytes, n, &err));
    assert_memory_equal(image.rgb, GREYS_RGB, 12);
    image_free(&image);
    free(bytes);
}

/* An index beyond the palette is black, whatever memory holds. */
static void outside_the_palette(void **state)
{
    (void)state;
    expect(
        &(PngParts){
            .w = 3, .h = 1, .depth = 8, .type = 3, .plte = PNG_DATA("\1\2\3"), .rows = PNG_DATA("\0\0\1\xff")},
        "\1\2\3\0\0\0\0\0\0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(colour_types),
        cmocka_unit_test(alpha_is_laid_over_white),
        cmocka_unit_test(interlaced),
        cmocka_unit_test(damage_is_refused),
        cmocka_unit_test(sizes_are_limited),
        cmocka_unit_test(oddness_is_accepted),
        cmocka_unit_test(large_chunks_are_passed_over),
        cmocka_unit_test(outside_the_palette),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
