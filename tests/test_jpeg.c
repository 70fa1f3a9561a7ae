/* JPEG: every kind decodes, also at reduced scale; damaged pictures are refused, odd ones are not. */
#include "io/file/sniff.h"
#include "io/picture/decoder.h"
#include "io/picture/encoder_jpeg.h"
#include "tests/support/decode.h"
#include "tests/support/jpegs.h"
#include "tests/support/test.h"

#include <stdlib.h>
#include <string.h>
#include <turbojpeg.h>

static void expect_refused(Bytes jpeg, const char *why)
{
    Err err;
    Image image;
    assert_int_equal(decode_whole(&image, jpeg.bytes, jpeg.n, &err), -1);
    assert_says(err.text, why);
    assert_null(image.rgb);
    assert_int_equal(decode_fit(&image, jpeg.bytes, jpeg.n, 16, 16, &err), -1);
    assert_says(err.text, why);
    assert_null(image.rgb);
}

/* Colour in every subsampling, Huffman and arithmetic coding, sequential and progressive; grey. */
static void kinds(void **state)
{
    (void)state;
    static const int subsampling[] = {TJSAMP_444, TJSAMP_422, TJSAMP_420, TJSAMP_440, TJSAMP_411};
    Image image = quarters(96, 64);
    for (int i = 0; i < 20; i++) {
        if (i / 10)
            setenv("TJ_ARITHMETIC", "1", 1);
        int flags = i / 5 % 2 ? TJFLAG_PROGRESSIVE : 0;
        Bytes jpeg = jpegs_compress(image.rgb, 96, 64, TJPF_RGB, subsampling[i % 5], flags);
        unsetenv("TJ_ARITHMETIC");
        jpegs_find(jpeg, 0, (i / 10 ? 0xC9u : 0xC0u) + (flags ? i / 10 ? 1 : 2 : 0));
        expect_jpeg(jpeg, 96, 64, "ABCD");
        free(jpeg.bytes);
    }
    Bytes grey = jpegs_compress(image.rgb, 96, 64, TJPF_RGB, TJSAMP_GRAY, 0);
    Err err;
    Image out;
    assert_ok(decode_whole(&out, grey.bytes, grey.n, &err));
    for (size_t i = 0; i < 96 * 64 * 3; i += 3)
        assert_true(out.rgb[i] == out.rgb[i + 1] && out.rgb[i] == out.rgb[i + 2]);
    assert_in_range(out.rgb[0], 77, 83); /* 0.299 * 220 + 0.701 * 20 */
    image_free(&out);
    image_free(&image);
    free(grey.bytes);
}

/* A flat CMYK picture decodes to this colour. The library writes it as YCCK with Adobe's marker, which means that the
 * values are inverted. */
static void expect_cmyk(const unsigned char ink[4], int marker, const int rgb[3])
{
    Err err;
    unsigned char pixels[16 * 16 * 4];
    Image image;
    for (size_t i = 0; i < sizeof pixels; i++)
        pixels[i] = ink[i % 4];
    Bytes jpeg = jpegs_compress(pixels, 16, 16, TJPF_CMYK, TJSAMP_444, 0);
    size_t at = jpegs_find(jpeg, 0, 0xEE);
    Bytes bare = jpegs_splice(jpeg, at, marker ? 0 : 16, NULL, 0);
    assert_ok(decode_whole(&image, bare.bytes, bare.n, &err));
    for (int c = 0; c < 3; c++)
        assert_in_range(image.rgb[(8 * 16 + 8) * 3 + c] + 3, rgb[c], rgb[c] + 6);
    image_free(&image);
    free(bare.bytes);
    free(jpeg.bytes);
}

static void cmyk(void **state)
{
    (void)state;
    static const unsigned char inverted[][4] = {
        {255, 255, 255, 255}, {255, 55, 55, 200}, {10, 255, 120, 255}, {9, 9, 9, 0}};
    static const int rgb[][3] = {{255, 255, 255}, {200, 43, 43}, {10, 255, 120}, {0, 0, 0}};
    for (int i = 0; i < 4; i++)
        expect_cmyk(inverted[i], 1, rgb[i]);
    /* Without the marker the file's four planes, here Y 255, Cb 128, Cr 128 and K 15, are taken for plain CMYK. */
    expect_cmyk((const unsigned char[]){0, 0, 0, 15}, 0, (const int[]){0, 127 * 240 / 255, 127 * 240 / 255});
}

/* --- reduced scale --- */

static void smallest_that_suffices(void **state)
{
    (void)state;
    Err err;
    static const int cases[][4] = {
        /* minimum, and the size decoded from 640 x 480 */
        {1, 1, 80, 60},       {80, 60, 80, 60},     {81, 60, 160, 120},
        {256, 192, 320, 240}, {320, 240, 320, 240}, {320, 241, 400, 300},
        {600, 10, 640, 480},  {640, 480, 640, 480}, {2000, 2000, 640, 480},
    };
    Bytes jpeg = quarters_jpeg(640, 480, 0);
    int w, h;
    assert_ok(decoder_jpeg.size(jpeg.bytes, jpeg.n, &w, &h, &err));
    assert_int_equal(w, 640);
    assert_int_equal(h, 480);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Image image;
        assert_ok(decoder_jpeg.decode(&image, jpeg.bytes, jpeg.n, cases[i][0], cases[i][1], &err));
        assert_int_equal(image.width, cases[i][2]);
        assert_int_equal(image.height, cases[i][3]);
        expect_quarters(&image, "ABCD");
        image_free(&image);
    }
    free(jpeg.bytes);
}

static void fits_boxes(void **state)
{
    (void)state;
    Err err;
    static const int cases[][6] = {
        /* picture, box, fit */
        {640, 480, 256, 256, 256, 192}, {480, 640, 256, 256, 192, 256}, {640, 480, 64, 300, 64, 48},
        {33, 17, 330, 330, 330, 170},   {640, 480, 640, 480, 640, 480}, {640, 480, 700, 700, 700, 525},
        {640, 480, 1, 1, 1, 1},         {1000, 8, 100, 100, 100, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const int *c = cases[i];
        Bytes jpeg = quarters_jpeg(c[0], c[1], 0);
        Image image, full, scaled;
        assert_ok(decode_fit(&image, jpeg.bytes, jpeg.n, c[2], c[3], &err));
        assert_int_equal(image.width, c[4]);
        assert_int_equal(image.height, c[5]);
        assert_ok(decode_whole(&full, jpeg.bytes, jpeg.n, &err));
        assert_ok(image_scale(&scaled, &full, c[4], c[5], &err));
        long apart = 0, n = (long)c[4] * c[5] * 3;
        for (long k = 0; k < n; k++)
            apart += labs((long)image.rgb[k] - scaled.rgb[k]);
        if (n > 1000 && apart > n * 2) /* at edges, reducing while decoding averages codes instead of light */
            fail_msg("case %zu: %.2f apart", i, (double)apart / (double)n);
        image_free(&image);
        image_free(&full);
        image_free(&scaled);
        free(jpeg.bytes);
    }
    Image image;
    assert_int_equal(decode_fit(&image, "", 0, 10, 0, &err), -1);
    assert_int_equal(decode_fit(&image, "", 0, -1, 10, &err), -1);
    assert_int_equal(decode_fit(&image, "", 0, 10, 10, &err), -1);
    assert_says(err.text, "empty");
}

/* --- damage --- */

static void cut(void **state)
{
    (void)state;
    for (int progressive = 0; progressive < 2; progressive++) {
        Bytes jpeg = quarters_jpeg(64, 64, progressive ? TJFLAG_PROGRESSIVE : 0);
        assert_null(sniff_cut(jpeg.bytes, jpeg.n));
        for (size_t n = 4; n < jpeg.n; n++) {
            assert_string_equal(sniff_cut(jpeg.bytes, n), "truncated JPEG");
            expect_refused((Bytes){jpeg.bytes, n}, "truncated JPEG");
        }
        free(jpeg.bytes);
    }
}

/* Decoded as far as it goes, if that is wished; the upper half is right when the lower one is missing. */
static void drawn_as_far_as_it_goes(void **state)
{
    (void)state;
    Err err;
    const ImageWish wish = {.draw_cut = true};
    for (int progressive = 0; progressive < 2; progressive++) {
        Bytes jpeg = quarters_jpeg(64, 64, progressive ? TJFLAG_PROGRESSIVE : 0), whole = {jpeg.bytes, jpeg.n - 2};
        Image image;
        ImageState became;
        assert_ok(image_decode(&image, whole.bytes, whole.n, &wish, &became, &err));
        assert_int_equal(became, IMAGE_CUT);
        expect_quarters(&image, "ABCD");
        image_free(&image);
        for (size_t n = 4; n < jpeg.n; n++) {
            int rc = image_decode(&image, jpeg.bytes, n, &wish, &became, &err);
            assert_int_equal(became, IMAGE_CUT);
            if (rc)
                assert_string_equal(err.text, "truncated JPEG");
            image_free(&image);
        }
        assert_ok(image_decode(&image, jpeg.bytes, jpeg.n, &wish, &became, &err));
        assert_int_equal(became, IMAGE_WHOLE);
        image_free(&image);
        free(jpeg.bytes);
    }
}

/* A limit counts the pixels in memory: a sequential JPEG is held at the size that it is decoded at. */
static void pixels_in_memory(void **state)
{
    (void)state;
    Err err;
    ImageState became;
    for (int progressive = 0; progressive < 2; progressive++) {
        Bytes jpeg = quarters_jpeg(64, 64, progressive ? TJFLAG_PROGRESSIVE : 0);
        ImageWish wish = {.box_w = 8, .box_h = 8, .max_pixels = 500};
        Image image;
        int rc = image_decode(&image, jpeg.bytes, jpeg.n, &wish, &became, &err);
        assert_int_equal(rc, progressive ? -1 : 0);
        image_free(&image);
        wish.max_pixels = 64;
        assert_int_equal(image_decode(&image, jpeg.bytes, jpeg.n, &wish, &became, &err), -1);
        assert_string_equal(err.text, "64 x 64 pixels are too many");
        assert_int_equal(became, IMAGE_TOO_LARGE);
        wish.max_pixels = 4096;
        assert_ok(image_decode(&image, jpeg.bytes, jpeg.n, &wish, &became, &err));
        image_free(&image);
        free(jpeg.bytes);
    }
}

static void damaged(void **state)
{
    (void)state;
    Bytes jpeg = quarters_jpeg(64, 64, 0);
    size_t data = jpegs_find(jpeg, 0, 0xDA) + 14, size = jpegs_find(jpeg, 0, 0xC0);
    /* The coded data end early, but EOI is there. */
    Bytes half = jpegs_splice(jpeg, data + 20, jpeg.n - data - 22, NULL, 0);
    expect_refused(half, "corrupt JPEG (premature end of data segment)");
    free(half.bytes);
    Bytes ones = jpegs_splice(jpeg, data, 8, "\xff\0\xff\0\xff\0\xff\0", 8);
    expect_refused(ones, "corrupt JPEG (");
    free(ones.bytes);
    /* Unsupported kinds, and absurd sizes. */
    jpeg.bytes[size + 1] = 0xC3;
    expect_refused(jpeg, "unsupported JPEG (");
    jpeg.bytes[size + 1] = 0xC0;
    jpeg.bytes[size + 4] = 12;
    expect_refused(jpeg, "unsupported JPEG (");
    jpeg.bytes[size + 4] = 8;
    memcpy(jpeg.bytes + size + 5, "\x27\x10\x27\x11", 4);
    expect_refused(jpeg, "10001 x 10000 pixels");
    memcpy(jpeg.bytes + size + 5, "\x27\x10\x27\x0f", 4);
    expect_refused(jpeg, "cannot hold 9999 x 10000 pixels");
    memcpy(jpeg.bytes + size + 5, "\xff\xff\0\x40", 4);
    expect_refused(jpeg, "JPEG");
    memcpy(jpeg.bytes + size + 5, "\0\x40\0\0", 4);
    expect_refused(jpeg, "JPEG");
    free(jpeg.bytes);
}

/* What decoders have always ignored: stray bytes between segments, future revisions. */
static void odd(void **state)
{
    (void)state;
    Bytes jpeg = quarters_jpeg(64, 64, 0);
    Bytes stray = jpegs_splice(jpeg, jpegs_find(jpeg, 0, 0xC0), 0, "rubbish", 7);
    expect_jpeg(stray, 64, 64, "ABCD");
    free(stray.bytes);
    Bytes tail = jpegs_splice(jpeg, jpeg.n, 0, "after the end", 13);
    expect_jpeg(tail, 64, 64, "ABCD");
    free(tail.bytes);
    memcpy(jpeg.bytes + jpegs_find(jpeg, 0, 0xE0) + 9, "\7\7", 2);
    expect_jpeg(jpeg, 64, 64, "ABCD");
    free(jpeg.bytes);
}

/* A small file that claims a large picture in very many scans is refused at once. */
static void too_many_scans(void **state)
{
    (void)state;
    setenv("TJ_ARITHMETIC", "1", 1); /* whose scans may be empty */
    Bytes jpeg = quarters_jpeg(64, 64, TJFLAG_PROGRESSIVE);
    unsetenv("TJ_ARITHMETIC");
    size_t size = jpegs_find(jpeg, 0, 0xCA), scan = jpegs_find(jpeg, 0, 0xDA);
    memcpy(jpeg.bytes + size + 5, "\x27\x10\x27\x10", 4);
    for (int i = 0; i < 100; i++) {
        Bytes more = jpegs_splice(jpeg, scan, 0, jpeg.bytes + scan, 14);
        free(jpeg.bytes);
        jpeg = more;
    }
    expect_refused(jpeg, "scans of 10000 x 10000 pixels");
    free(jpeg.bytes);
}

/* --- encoding --- */

static void encodes(void **state)
{
    (void)state;
    Err err;
    static const int sizes[][2] = {{1, 1}, {17, 33}, {200, 100}};
    for (int i = 0; i < 3; i++) {
        Image in = quarters(sizes[i][0], sizes[i][1]), out;
        Bytes jpeg, again;
        assert_ok(encode_jpeg(&in, 90, false, &jpeg.bytes, &jpeg.n, &err));
        assert_null(sniff_cut(jpeg.bytes, jpeg.n));
        assert_ok(decode_whole(&out, jpeg.bytes, jpeg.n, &err));
        assert_int_equal(out.width, in.width);
        assert_int_equal(out.height, in.height);
        if (i == 2)
            expect_quarters(&out, "ABCD");
        assert_ok(encode_jpeg(&in, 90, false, &again.bytes, &again.n, &err));
        assert_int_equal(jpeg.n, again.n);
        assert_memory_equal(jpeg.bytes, again.bytes, jpeg.n);
        free(again.bytes);
        assert_ok(encode_jpeg(&in, 20, false, &again.bytes, &again.n, &err));
        assert_true(i == 0 || again.n < jpeg.n);
        free(again.bytes);
        free(jpeg.bytes);
        image_free(&out);
        image_free(&in);
    }
    Bytes none;
    Image wide = quarters(70000, 1), empty = {0, 5, NULL};
    assert_int_equal(encode_jpeg(&wide, 90, false, &none.bytes, &none.n, &err), -1);
    assert_says(err.text, "JPEG");
    assert_null(none.bytes);
    assert_int_equal(encode_jpeg(&empty, 90, false, &none.bytes, &none.n, &err), -1);
    image_free(&wide);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kinds),
        cmocka_unit_test(cmyk),
        cmocka_unit_test(smallest_that_suffices),
        cmocka_unit_test(fits_boxes),
        cmocka_unit_test(cut),
        cmocka_unit_test(damaged),
        cmocka_unit_test(drawn_as_far_as_it_goes),
        cmocka_unit_test(pixels_in_memory),
        cmocka_unit_test(odd),
        cmocka_unit_test(too_many_scans),
        cmocka_unit_test(encodes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
