/* Decoding and scaling pictures of every kind that a URL may bring, made here byte by byte. */
#include "io/file/file.h"
#include "io/file/sniff.h"
#include "io/picture/image.h"
#include "io/picture/orientation.h"
#include "tests/support/decode.h"
#include "tests/support/picture.h"
#include "tests/support/pngs.h"
#include "tests/support/test.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Small pictures, made with common tools: 2 x 2 with red, green / blue, white. */
static const unsigned char BMP_2x2[] = {
    'B', 'M', 70, 0, 0,  0, 0,   0, 0, 0,   54,  0,   0, 0, 40, 0, 0,   0, 2,   0, 0, 0, 2, 0,
    0,   0,   1,  0, 24, 0, 0,   0, 0, 0,   16,  0,   0, 0, 0,  0, 0,   0, 0,   0, 0, 0, 0, 0,
    0,   0,   0,  0, 0,  0, 255, 0, 0, 255, 255, 255, 0, 0, 0,  0, 255, 0, 255, 0, 0, 0,
};
static const char PPM_2x2[] = "P6 2 2 255\n\xff\0\0\0\xff\0\0\0\xff\xff\xff\xff";
static const unsigned char GIF_1x1[] = {
    /* one red pixel of a palette */
    'G', 'I',  'F', '8', '9', 'a', 1, 0, 1, 0, 0x80, 0, 0, 255,  0, 0, 0,    0,
    0,   0x2C, 0,   0,   0,   0,   1, 0, 1, 0, 0,    2, 2, 0x44, 1, 0, 0x3B,
};

static void expect(const void *bytes, size_t len, int w, int h, const char *rgb)
{
    Err err;
    Image image;
    assert_ok(decode_whole(&image, bytes, len, &err));
    assert_int_equal(image.width, w);
    assert_int_equal(image.height, h);
    assert_memory_equal(image.rgb, rgb, (size_t)w * (size_t)h * 3);
    image_free(&image);
    image_free(&image);
}

/* A picture one row high. */
static PngBytes greys(void)
{
    return pngs_make(&(PngParts){.w = 4, .h = 1, .depth = 8, .rows = PNG_DATA("\0\1\2\3\4")});
}

static void kinds(void **state)
{
    (void)state;
    PngBytes png = greys();
    const char *rgbw = "\xff\0\0\0\xff\0\0\0\xff\xff\xff\xff";
    expect(BMP_2x2, sizeof BMP_2x2, 2, 2, rgbw);
    expect(PPM_2x2, sizeof PPM_2x2 - 1, 2, 2, rgbw);
    expect(GIF_1x1, sizeof GIF_1x1, 1, 1, "\xff\0\0");
    expect(png.bytes, png.n, 4, 1, "\1\1\1\2\2\2\3\3\3\4\4\4");
}

/* Whatever the maximum, it is white; plain or binary, one byte or two. */
static void pnm_maximum(void **state)
{
    (void)state;
    expect("P5 3 1 15\n\0\5\17", 13, 3, 1, "\0\0\0\x55\x55\x55\xff\xff\xff");
    expect("P5 2 1 15\n\17\377", 12, 2, 1, "\xff\xff\xff\xff\xff\xff"); /* above it */
    expect("P5 2 1 1023\n\3\377\1\1", 16, 2, 1, "\xff\xff\xff\x40\x40\x40");
    expect("P6 1 1 65535\n\377\377\200\0\0\1", 19, 1, 1, "\xff\x80\0");
    expect("P3 1 1 # c\n15 15 5#d\n0\n", 23, 1, 1, "\xff\x55\0");
    expect("P2\n2 1\n1\n0 1", 12, 2, 1, "\0\0\0\xff\xff\xff");
    expect("P3 1 1 255 1 2 3", 16, 1, 1, "\1\2\3");
}

static void refused(void **state)
{
    (void)state;
    Err err;
    Image image;
    PngBytes p = greys(), huge = pngs_make(&(PngParts){.w = 20000, .h = 20000, .depth = 8, .type = 2}),
             empty = pngs_make(&(PngParts){.w = 0, .h = 1, .depth = 8}), wrong = p;
    unsigned char wide_gif[sizeof GIF_1x1];
    wrong.bytes[33 + 8 + 10] ^= 1; /* in the data */
    memcpy(wide_gif, GIF_1x1, sizeof GIF_1x1);
    memcpy(wide_gif + 6, "\xa0\x0f\xa0\x0f", 4);
    const struct {
        const void *bytes;
        size_t len;
        const char *why;
    } bad[] = {
        {"", 0, "empty"},
        {"hello", 5, "not an image"},
        {"<!DOCTYPE html><html>", 21, "HTML"},
        {"GIF89a", 6, ""},
        {"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0", 20, ""},
        {"RIFF\x10\0\0\0WEBPVP8 ", 16, "truncated WebP"},
        {"II*\0\x08\0\0\0", 8, "truncated TIFF"},
        {"\0\0\0\x1c"
         "ftypavif",
         12, "truncated AVIF"},
        {"\0\0\0\x1c"
         "ftypmif1",
         12, "truncated HEIC"},
        {"P4 8 1\n\xff", 8, "unsupported format: PBM"},
        {"BM\0\0\0\0\0\0\0\0\x40\0\0\0\x40\0\0\0", 18, "corrupt or unsupported BMP"},
        {"P3 1 1 255 1 2", 14, "truncated PNM"},
        {"P2 2 1 9 1 x 3\n", 15, "corrupt PNM"},
        {"P5 1 1 65536\n\1\2\3", 16, "corrupt PNM"},
        {"P5 1 1 0\n\1", 10, "corrupt PNM"},
        {huge.bytes, huge.n, "too many"},
        {"P5 1048577 1 255\n", 17, "1048577 x 1 pixels are too many"},
        {empty.bytes, empty.n, ""},
        {"P6 1 1 65535\n\1\2\3\4\5", 18, "truncated PNM"},
        {"P6 2 2 255\n\1\2\3\4\5\6", 17, "truncated PNM"},
        {"P6 2333333333 1 255\n", 20, "too many pixels"},
        {"P6 1 1 #\r2333333333\n", 20, "its maximum is not from 1 to 65535"},
        {"P5 #c 9\n2 2 255\n\1\2\3", 19, "truncated PNM"},
        {p.bytes, p.n - 1, "truncated PNG"},
        {p.bytes, 45, "truncated PNG"},
        {p.bytes, 33, "truncated PNG"},
        {p.bytes, 8, "truncated PNG"},
        {BMP_2x2, sizeof BMP_2x2 - 3, "truncated BMP"},
        {GIF_1x1, sizeof GIF_1x1 - 3, "truncated GIF"},
        {wide_gif, sizeof wide_gif, "cannot hold 4000 x 4000 pixels"},
        {wrong.bytes, wrong.n, "corrupt PNG (IDAT: CRC error)"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        err.text[0] = '\0';
        if (decode_whole(&image, bad[i].bytes, bad[i].len, &err) != -1)
            fail_msg("case %zu was accepted", i);
        assert_says(err.text, bad[i].why);
        assert_true(err.text[0] != '\0');
        assert_null(image.rgb);
    }
}

/* Complete, and cut at any byte. */
static void wholeness(void **state)
{
    (void)state;
    PngBytes p = greys();
    assert_null(sniff_cut(p.bytes, p.n));
    assert_null(sniff_cut(p.bytes, p.n + 5)); /* more bytes after the end */
    for (size_t n = 8; n < p.n; n++)
        assert_string_equal(sniff_cut(p.bytes, n), "truncated PNG");
    memset(p.bytes + 33, 0xFF, 4); /* a length of 4 GB */
    assert_string_equal(sniff_cut(p.bytes, p.n), "truncated PNG");
    assert_null(sniff_cut(GIF_1x1, sizeof GIF_1x1));
    assert_null(sniff_cut(GIF_1x1, sizeof GIF_1x1 - 1)); /* some writers leave out the trailer */
    for (size_t n = 6; n < sizeof GIF_1x1 - 1; n++)
        assert_string_equal(sniff_cut(GIF_1x1, n), "truncated GIF");
    /* Other formats have no such marks. */
    assert_null(sniff_cut("", 0));
    assert_null(sniff_cut("hello", 5));
    assert_null(sniff_cut(PPM_2x2, 5));
}

/* A PNG may have an orientation too. */
static void upright_png(void **state)
{
    (void)state;
    PngBytes flat = pngs_make(&(PngParts){.w = 3, .h = 1, .depth = 8, .rows = PNG_DATA("\0\1\2\3")});
    PngBytes p = pngs_with_chunk(&flat, PNGS_AFTER_IHDR, "eXIf",
                                 (PngData)PNG_DATA("MM\0*\0\0\0\x8\0\1\1\x12\0\3\0\0\0\1\0\6\0\0\0\0\0\0"));
    assert_int_equal(orientation_read(p.bytes, p.n), 6);
    expect(p.bytes, p.n, 1, 3, "\1\1\1\2\2\2\3\3\3");
    assert_int_equal(orientation_read(GIF_1x1, sizeof GIF_1x1), 1);
    assert_int_equal(orientation_read("", 0), 1);
}

static void fitted(void **state)
{
    (void)state;
    Err err;
    Image image;
    assert_ok(decode_fit(&image, PPM_2x2, sizeof PPM_2x2 - 1, 8, 30, &err));
    assert_int_equal(image.width, 8);
    assert_int_equal(image.height, 8);
    assert_in_range(image.rgb[0], 250, 255);
    image_free(&image);
    assert_ok(decode_fit(&image, BMP_2x2, sizeof BMP_2x2, 2, 2, &err));
    assert_memory_equal(image.rgb, "\xff\0\0\0\xff\0\0\0\xff\xff\xff\xff", 12);
    image_free(&image);
    assert_ok(decode_fit(&image, GIF_1x1, sizeof GIF_1x1, 5, 3, &err));
    assert_int_equal(image.width, 3);
    assert_int_equal(image.height, 3);
    assert_memory_equal(image.rgb + 12, "\xff\0\0", 3);
    image_free(&image);
    assert_int_equal(decode_fit(&image, GIF_1x1, sizeof GIF_1x1, 100000, 100000, &err), -1);
    assert_says(err.text, "cannot scale");
    assert_null(image.rgb);
}

/* No bytes crash the decoder: every kind, truncated and with changed bytes. */
static void damaged(void **state)
{
    (void)state;
    Err err;
    Image image;
    unsigned random = 12345;
    PngBytes p = pngs_make(&(PngParts){.w = 5,
                                       .h = 1,
                                       .depth = 8,
                                       .type = 3,
                                       .plte = PNG_DATA("\0\0\0\1\2\3"),
                                       .trns = PNG_DATA("\0"),
                                       .rows = PNG_DATA("\0\0\1\0\1\0")});
    const struct {
        const void *bytes;
        size_t len;
    } kinds[] = {
        {BMP_2x2, sizeof BMP_2x2}, {PPM_2x2, sizeof PPM_2x2 - 1}, {GIF_1x1, sizeof GIF_1x1}, {p.bytes, p.n}};
    for (size_t k = 0; k < 4; k++)
        for (int round = 0; round < 1000; round++) {
            size_t len = kinds[k].len - (round % 3 ? 0 : (size_t)round % kinds[k].len);
            unsigned char *copy = malloc(len);
            memcpy(copy, kinds[k].bytes, len);
            for (int i = 0; i < round % 4 + 1; i++) {
                random = random * 1664525 + 1013904223;
                copy[(random >> 8) % len] = (unsigned char)(random >> 24);
            }
            if (decode_whole(&image, copy, len, &err) == 0)
                image_free(&image);
            free(copy);
        }
}

static void fits(void **state)
{
    (void)state;
    static const int cases[][6] = {
        /* image, box, fit */
        {640, 480, 256, 256, 256, 192}, {480, 640, 256, 256, 192, 256}, {100, 100, 256, 256, 256, 256},
        {2, 1, 300, 300, 300, 150},     {10000, 1, 256, 256, 256, 1},   {1, 10000, 256, 256, 1, 256},
        {256, 256, 256, 256, 256, 256}, {3, 2, 300, 100, 150, 100},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int w, h;
        Image image = {cases[i][0], cases[i][1], NULL};
        image_fit(&image, cases[i][2], cases[i][3], &w, &h);
        assert_int_equal(w, cases[i][4]);
        assert_int_equal(h, cases[i][5]);
    }
}

static Image plain(int w, int h, unsigned char value)
{
    Image image = {w, h, malloc((size_t)w * (size_t)h * 3)};
    memset(image.rgb, value, (size_t)w * (size_t)h * 3);
    return image;
}

static void scaling(void **state)
{
    (void)state;
    Err err;
    static const int sides[] = {1, 2, 7, 64, 255, 1000};
    Image out;
    for (int i = 0; i < 6; i++)
        for (int k = 0; k < 6; k++) { /* a flat colour stays the same at any size */
            Image in = plain(sides[i], sides[k], 187);
            assert_ok(image_scale(&out, &in, sides[k], sides[5 - i], &err));
            for (size_t b = 0; b < (size_t)out.width * (size_t)out.height * 3; b++)
                if (out.rgb[b] != 187)
                    fail_msg("%d x %d: %d", out.width, out.height, out.rgb[b]);
            image_free(&out);
            image_free(&in);
        }
    /* Fine black and white stripes average to the light of middle grey, 188 in sRGB, without bands. */
    Image stripes = plain(400, 40, 0);
    for (size_t b = 0; b < 400 * 40; b += 2)
        memset(stripes.rgb + b * 3, 255, 3);
    assert_ok(image_scale(&out, &stripes, 50, 5, &err));
    for (size_t b = 50 * 3 + 6; b < 50 * 3 * 2 - 6; b++)
        assert_in_range(out.rgb[b], 184, 192);
    image_free(&out);
    assert_int_equal(image_scale(&out, &stripes, 0, 5, &err), -1);
    assert_int_equal(image_scale(&out, &stripes, 100000, 100000, &err), -1);
    image_free(&stripes);
}

/* Photographs, if they are there: complete ones decode, truncated ones are refused. */
static void photographs(void **state)
{
    (void)state;
    Err err;
    char path[1024];
    const char *shared = getenv("COCO_SHARED");
    Image image;
    snprintf(path, sizeof path, "%s/data/coco/images/000000000139.jpg", shared ? shared : "../shared");
    FILE *f = fopen(path, "rb");
    if (!f)
        skip();
    unsigned char *bytes = malloc(1 << 20);
    size_t len = fread(bytes, 1, 1 << 20, f);
    fclose(f);
    assert_ok(decode_whole(&image, bytes, len, &err));
    assert_int_equal(image.width, 640);
    assert_int_equal(image.height, 426);
    image_free(&image);
    for (size_t n = 2; n < len; n += len / 37) {
        assert_int_equal(decode_whole(&image, bytes, n, &err), -1);
        assert_true(n < 4 || strstr(err.text, "runcated") || strstr(err.text, "orrupt"));
    }
    free(bytes);
}

/* Each of them decoded for a box looks like the same one decoded at full size and scaled. */
static void photographs_in_boxes(void **state)
{
    (void)state;
    Err err;
    char path[1024];
    const char *shared = getenv("COCO_SHARED");
    snprintf(path, sizeof path, "%s/data/coco/images", shared ? shared : "../shared");
    DIR *dir = opendir(path);
    if (!dir)
        skip();
    size_t end = strlen(path);
    for (struct dirent *d; (d = readdir(dir));) {
        if (!strstr(d->d_name, ".jpg"))
            continue;
        Image fit, scaled;
        snprintf(path + end, sizeof path - end, "/%s", d->d_name);
        Image full = load(path);
        size_t len;
        char *bytes = file_read(path, 1 << 24, &len, &err);
        assert_ok(decode_fit(&fit, bytes, len, 200, 200, &err));
        assert_ok(image_scale(&scaled, &full, fit.width, fit.height, &err));
        size_t n = (size_t)fit.width * (size_t)fit.height * 3, apart = 0;
        for (size_t i = 0; i < n; i++)
            apart += (size_t)abs(fit.rgb[i] - scaled.rgb[i]);
        if (apart > n * 10)
            fail_msg("%s: %.2f apart", path, (double)apart / (double)n);
        free(bytes);
        image_free(&fit);
        image_free(&full);
        image_free(&scaled);
    }
    closedir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kinds),
        cmocka_unit_test(pnm_maximum),
        cmocka_unit_test(refused),
        cmocka_unit_test(wholeness),
        cmocka_unit_test(upright_png),
        cmocka_unit_test(fitted),
        cmocka_unit_test(damaged),
        cmocka_unit_test(fits),
        cmocka_unit_test(scaling),
        cmocka_unit_test(photographs),
        cmocka_unit_test(photographs_in_boxes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
