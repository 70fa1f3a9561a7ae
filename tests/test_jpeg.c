/* JPEG: every kind decodes, at reduced scale too and upright; damage is refused, oddness is not. Made here by
 * libjpeg-turbo itself, and then patched. */
#include "io/exif.h"
#include "io/jpeg.h"
#include "io/sniff.h"
#include "tests/support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <turbojpeg.h>

typedef struct {
    unsigned char *bytes;
    size_t n;
} Bytes;

static Bytes compress(const void *pixels, int w, int h, int format, int subsampling, int flags)
{
    Bytes out = {NULL, 0};
    unsigned long n = 0;
    tjhandle tj = tjInitCompress();
    if (tjCompress2(tj, pixels, w, 0, h, format, &out.bytes, &n, subsampling, 95, flags))
        fail_msg("%s", tjGetErrorStr2(tj));
    tjDestroy(tj);
    out.n = n;
    return out;
}

/* The place of the marker's FF, behind `from`. */
static size_t find(Bytes jpeg, size_t from, unsigned marker)
{
    for (size_t i = from; i + 1 < jpeg.n; i++)
        if (jpeg.bytes[i] == 0xFF && jpeg.bytes[i + 1] == marker)
            return i;
    fail_msg("no marker %02x", marker);
    return 0;
}

/* The same with n bytes put in at a place, in place of `gone` bytes. */
static Bytes splice(Bytes jpeg, size_t at, size_t gone, const void *put, size_t n)
{
    Bytes out = {malloc(jpeg.n - gone + n), jpeg.n - gone + n};
    memcpy(out.bytes, jpeg.bytes, at);
    if (n)
        memcpy(out.bytes + at, put, n);
    memcpy(out.bytes + at + n, jpeg.bytes + at + gone, jpeg.n - at - gone);
    return out;
}

/* Four flat quarters: red, green / blue, white. */
static const unsigned char QUARTERS[4][3] = {{220, 20, 20}, {20, 200, 20}, {20, 20, 220}, {240, 240, 240}};

static Image quarters(int w, int h)
{
    Image image = {w, h, malloc((size_t)w * (size_t)h * 3)};
    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++)
            memcpy(image.rgb + ((size_t)y * (size_t)w + (size_t)x) * 3, QUARTERS[(2 * y >= h) * 2 + (2 * x >= w)], 3);
    return image;
}

static Bytes quarters_jpeg(int w, int h, int flags)
{
    Image image = quarters(w, h);
    Bytes jpeg = compress(image.rgb, w, h, TJPF_RGB, TJSAMP_420, flags);
    image_free(&image);
    return jpeg;
}

/* Whether the picture's quarters, from the top left by rows, are these of QUARTERS. */
static void expect_quarters(const Image *image, const char *order)
{
    for (int i = 0; i < 4; i++) {
        int x = image->width * (i % 2 * 2 + 1) / 4, y = image->height * (i / 2 * 2 + 1) / 4;
        const unsigned char *is = image->rgb + ((size_t)y * (size_t)image->width + (size_t)x) * 3,
                            *wanted = QUARTERS[order[i] - 'A'];
        for (int c = 0; c < 3; c++)
            if (abs(is[c] - wanted[c]) > 3)
                fail_msg("quarter %d of \"%s\": %d %d %d", i, order, is[0], is[1], is[2]);
    }
}

static void expect(Bytes jpeg, int w, int h, const char *order)
{
    char err[256];
    Image image;
    assert_ok(image_decode(&image, jpeg.bytes, jpeg.n, err, sizeof err));
    assert_int_equal(image.width, w);
    assert_int_equal(image.height, h);
    expect_quarters(&image, order);
    image_free(&image);
}

static void expect_refused(Bytes jpeg, const char *why)
{
    char err[256] = "";
    Image image;
    assert_int_equal(image_decode(&image, jpeg.bytes, jpeg.n, err, sizeof err), -1);
    assert_says(err, why);
    assert_null(image.rgb);
    assert_int_equal(image_decode_fit(&image, jpeg.bytes, jpeg.n, 16, 16, err, sizeof err), -1);
    assert_says(err, why);
    assert_null(image.rgb);
}

/* Grey as the JPEG's own kind, and as a program's, Huffman and arithmetic, sequential and progressive. */
static void kinds(void **state)
{
    (void)state;
    static const int subsampling[] = {TJSAMP_444, TJSAMP_422, TJSAMP_420, TJSAMP_440, TJSAMP_411};
    Image image = quarters(96, 64);
    for (int i = 0; i < 20; i++) {
        if (i / 10)
            setenv("TJ_ARITHMETIC", "1", 1);
        Bytes jpeg = compress(image.rgb, 96, 64, TJPF_RGB, subsampling[i % 5], i / 5 % 2 ? TJFLAG_PROGRESSIVE : 0);
        unsetenv("TJ_ARITHMETIC");
        find(jpeg, 0, (i / 10 ? 0xC9u : 0xC0u) + (i / 5 % 2 ? i / 10 ? 1 : 2 : 0));
        expect(jpeg, 96, 64, "ABCD");
        free(jpeg.bytes);
    }
    Bytes grey = compress(image.rgb, 96, 64, TJPF_RGB, TJSAMP_GRAY, 0);
    char err[256];
    Image out;
    assert_ok(image_decode(&out, grey.bytes, grey.n, err, sizeof err));
    for (size_t i = 0; i < 96 * 64 * 3; i += 3)
        assert_true(out.rgb[i] == out.rgb[i + 1] && out.rgb[i] == out.rgb[i + 2]);
    assert_in_range(out.rgb[0], 77, 83); /* 0.299 * 220 + 0.701 * 20 */
    image_free(&out);
    image_free(&image);
    free(grey.bytes);
}

/* Inks, as Adobe's programs write them (how little there is of each) and as others do, in CMYK and in YCCK. */
static void inks(void **state)
{
    (void)state;
    enum { W = 32, H = 16 };
    unsigned char little[W * H * 4], much[W * H * 4];
    static const unsigned char paints[4][4] = { /* cyan, magenta, yellow, black: the quarters' */
        {0, 200, 200, 35}, {180, 0, 180, 55}, {200, 200, 0, 35}, {0, 0, 0, 15}};
    for (int i = 0; i < W * H * 4; i++) {
        int quarter = (i / 4 / W >= H / 2) * 2 + (i / 4 % W >= W / 2);
        much[i] = paints[quarter][i % 4];
        little[i] = 255 - much[i];
    }
    for (int adobe = 0; adobe < 2; adobe++) {
        Bytes jpeg = compress(adobe ? little : much, W, H, TJPF_CMYK, TJSAMP_444, 0);
        size_t at = find(jpeg, 0, 0xEE);
        assert_int_equal(jpeg.bytes[at + 15], 2); /* the library writes YCCK, with Adobe's marker */
        if (adobe) {
            char err[256];
            Image image;
            assert_ok(image_decode(&image, jpeg.bytes, jpeg.n, err, sizeof err));
            for (int i = 0; i < 4; i++) {
                const unsigned char *is = image.rgb + ((i / 2 * 8 + 4) * W + i % 2 * 16 + 8) * 3;
                for (int c = 0; c < 3; c++) {
                    int wanted = (255 - paints[i][c]) * (255 - paints[i][3]) / 255;
                    assert_in_range(is[c] + 4, wanted, wanted + 8);
                }
            }
            image_free(&image);
        } else { /* without the marker the four planes are inks: what the library wrote as Y, Cb, Cr and K */
            char err[256];
            Image image;
            Bytes bare = splice(jpeg, at, 16, NULL, 0);
            assert_ok(image_decode(&image, bare.bytes, bare.n, err, sizeof err));
            /* The white quarter's inks 0, 0, 0, 15 are, inverted, Y 255, Cb and Cr 128. */
            const unsigned char *is = image.rgb + (12 * W + 24) * 3;
            static const int wanted[3] = {(255 - 255) * 240 / 255, (255 - 128) * 240 / 255, (255 - 128) * 240 / 255};
            for (int c = 0; c < 3; c++)
                assert_in_range(is[c] + 4, wanted[c], wanted[c] + 8);
            image_free(&image);
            free(bare.bytes);
        }
        free(jpeg.bytes);
    }
}

/* --- reduced scale --- */

static void smallest_that_suffices(void **state)
{
    (void)state;
    char err[256];
    static const int cases[][4] = {
        /* at least, and what comes of 640 x 480 */
        {1, 1, 80, 60},      {80, 60, 80, 60},     {81, 60, 160, 120},  {256, 192, 320, 240},  {320, 240, 320, 240},
        {320, 241, 400, 300}, {600, 10, 640, 480}, {640, 480, 640, 480}, {2000, 2000, 640, 480},
    };
    Bytes jpeg = quarters_jpeg(640, 480, 0);
    int w, h;
    assert_ok(jpeg_size(jpeg.bytes, jpeg.n, &w, &h, err, sizeof err));
    assert_int_equal(w, 640);
    assert_int_equal(h, 480);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Image image;
        assert_ok(jpeg_decode(&image, jpeg.bytes, jpeg.n, cases[i][0], cases[i][1], err, sizeof err));
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
    char err[256];
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
        assert_ok(image_decode_fit(&image, jpeg.bytes, jpeg.n, c[2], c[3], err, sizeof err));
        assert_int_equal(image.width, c[4]);
        assert_int_equal(image.height, c[5]);
        assert_ok(image_decode(&full, jpeg.bytes, jpeg.n, err, sizeof err));
        assert_ok(image_scale(&scaled, &full, c[4], c[5], err, sizeof err));
        long apart = 0, n = (long)c[4] * c[5] * 3;
        for (long k = 0; k < n; k++)
            apart += labs((long)image.rgb[k] - scaled.rgb[k]);
        if (n > 1000 && apart > n * 2) /* what is reduced while decoding averages codes instead of light at edges */
            fail_msg("case %zu: %.2f apart", i, (double)apart / (double)n);
        image_free(&image);
        image_free(&full);
        image_free(&scaled);
        free(jpeg.bytes);
    }
    Image image;
    assert_int_equal(image_decode_fit(&image, "", 0, 10, 0, err, sizeof err), -1);
    assert_int_equal(image_decode_fit(&image, "", 0, -1, 10, err, sizeof err), -1);
    assert_int_equal(image_decode_fit(&image, "", 0, 10, 10, err, sizeof err), -1);
    assert_says(err, "empty");
}

/* --- EXIF --- */

/* An APP1 segment with this orientation, in Intel's or Motorola's order of bytes. */
static size_t app1(unsigned char *b, int intel, unsigned orientation)
{
    static const unsigned char head[] = {0xFF, 0xE1, 0, 34, 'E', 'x', 'i', 'f', 0, 0};
    static const unsigned char big[] = {'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1};
    static const unsigned char little[] = {'I', 'I', 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0};
    memset(b, 0, 36);
    memcpy(b, head, sizeof head);
    memcpy(b + sizeof head, intel ? little : big, sizeof big);
    b[28 + !intel] = (unsigned char)orientation;
    b[28 + intel] = (unsigned char)(orientation >> 8);
    return 36;
}

static void orientations(void **state)
{
    (void)state;
    static const char *const upright[] = {"ABCD", "BADC", "DCBA", "CDAB", "ACBD", "CADB", "DBCA", "BDAC"};
    char err[256];
    unsigned char segment[64];
    Bytes plain = quarters_jpeg(96, 48, 0);
    for (int i = 0; i < 16; i++) {
        unsigned orientation = (unsigned)i % 8 + 1;
        int sideways = orientation >= 5;
        Bytes jpeg = splice(plain, 2, 0, segment, app1(segment, i / 8, orientation));
        assert_int_equal(exif_orientation(jpeg.bytes, jpeg.n), orientation);
        expect(jpeg, sideways ? 48 : 96, sideways ? 96 : 48, upright[i % 8]);
        static const int boxes[][2] = {{40, 40}, {20, 30}, {200, 100}, {50, 200}};
        for (int k = 0; k < 4; k++) {
            Image image, shape = {sideways ? 48 : 96, sideways ? 96 : 48, NULL};
            int w, h;
            image_fit(&shape, boxes[k][0], boxes[k][1], &w, &h);
            assert_ok(image_decode_fit(&image, jpeg.bytes, jpeg.n, boxes[k][0], boxes[k][1], err, sizeof err));
            assert_int_equal(image.width, w);
            assert_int_equal(image.height, h);
            expect_quarters(&image, upright[i % 8]);
            image_free(&image);
        }
        free(jpeg.bytes);
    }
    free(plain.bytes);
}

/* EXIF that says nothing that can be read is as good as none. */
static void bad_exif(void **state)
{
    (void)state;
    unsigned char segment[64];
    Bytes plain = quarters_jpeg(96, 48, 0), jpeg;
    static const unsigned wrong[] = {0, 9, 255, 65535};
    for (int i = 0; i < 4; i++) {
        jpeg = splice(plain, 2, 0, segment, app1(segment, 1, wrong[i]));
        expect(jpeg, 96, 48, "ABCD");
        free(jpeg.bytes);
    }
    for (size_t at = 4; at < 28; at++) /* each byte of the block changed, and the block cut behind it */
        for (int cut = 0; cut < 2; cut++) {
            size_t n = app1(segment, 1, 6);
            if (cut)
                segment[3] = (unsigned char)((n = at) - 2);
            else
                segment[at] ^= 0x80;
            jpeg = splice(plain, 2, 0, segment, n);
            int orientation = exif_orientation(jpeg.bytes, jpeg.n);
            assert_true(orientation == 1 || (orientation == 6 && !cut));
            free(jpeg.bytes);
        }
    for (size_t cut = 0; cut < 40; cut++)
        assert_int_equal(exif_orientation(plain.bytes, cut), 1);
    /* Another APP1, such as XMP's, does not hide it. */
    static const unsigned char xmp[] = {0xFF, 0xE1, 0, 8, 'h', 't', 't', 'p', ':', '/'};
    Bytes turned = splice(plain, 2, 0, segment, app1(segment, 0, 6));
    jpeg = splice(turned, 2, 0, xmp, sizeof xmp);
    expect(jpeg, 48, 96, "CADB");
    free(jpeg.bytes);
    free(turned.bytes);
    free(plain.bytes);
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

static void damaged(void **state)
{
    (void)state;
    Bytes jpeg = quarters_jpeg(64, 64, 0);
    size_t data = find(jpeg, 0, 0xDA) + 14, size = find(jpeg, 0, 0xC0);
    Bytes half = splice(jpeg, data + 20, jpeg.n - data - 22, NULL, 0); /* coded data end early, but EOI is there */
    expect_refused(half, "corrupt JPEG (premature end of data segment)");
    free(half.bytes);
    Bytes ones = splice(jpeg, data, 8, "\xff\0\xff\0\xff\0\xff\0", 8);
    expect_refused(ones, "corrupt JPEG (");
    free(ones.bytes);
    /* Kinds that are not read, and sizes that are too much. */
    jpeg.bytes[size + 1] = 0xC3;
    expect_refused(jpeg, "of a kind that is not read here");
    jpeg.bytes[size + 1] = 0xC0;
    jpeg.bytes[size + 4] = 12;
    expect_refused(jpeg, "of a kind that is not read here");
    jpeg.bytes[size + 4] = 8;
    memcpy(jpeg.bytes + size + 5, "\x27\x10\x27\x11", 4);
    expect_refused(jpeg, "10001 x 10000 pixels are too many");
    memcpy(jpeg.bytes + size + 5, "\x27\x10\x27\x0f", 4);
    expect_refused(jpeg, "cannot hold 9999 x 10000 pixels");
    memcpy(jpeg.bytes + size + 5, "\xff\xff\0\x40", 4);
    expect_refused(jpeg, "JPEG");
    memcpy(jpeg.bytes + size + 5, "\0\x40\0\0", 4);
    expect_refused(jpeg, "JPEG");
    free(jpeg.bytes);
}

/* What decoders have always overlooked: rubbish between segments, revisions of the future. */
static void odd(void **state)
{
    (void)state;
    Bytes jpeg = quarters_jpeg(64, 64, 0);
    Bytes rubbish = splice(jpeg, find(jpeg, 0, 0xC0), 0, "rubbish", 7);
    expect(rubbish, 64, 64, "ABCD");
    free(rubbish.bytes);
    Bytes tail = splice(jpeg, jpeg.n, 0, "behind the end", 14);
    expect(tail, 64, 64, "ABCD");
    free(tail.bytes);
    memcpy(jpeg.bytes + find(jpeg, 0, 0xE0) + 9, "\7\7", 2);
    expect(jpeg, 64, 64, "ABCD");
    free(jpeg.bytes);
}

/* A small file of a large picture in scans without end costs no time. */
static void scans_without_end(void **state)
{
    (void)state;
    setenv("TJ_ARITHMETIC", "1", 1); /* whose data may take no bytes */
    Bytes jpeg = quarters_jpeg(64, 64, TJFLAG_PROGRESSIVE);
    unsetenv("TJ_ARITHMETIC");
    size_t size = find(jpeg, 0, 0xCA), scan = find(jpeg, 0, 0xDA);
    memcpy(jpeg.bytes + size + 5, "\x27\x10\x27\x10", 4);
    for (int i = 0; i < 100; i++) {
        Bytes more = splice(jpeg, scan, 0, jpeg.bytes + scan, 14);
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
    char err[256];
    static const int sizes[][2] = {{1, 1}, {17, 33}, {200, 100}};
    for (int i = 0; i < 3; i++) {
        Image in = quarters(sizes[i][0], sizes[i][1]), out;
        Bytes jpeg, again;
        assert_ok(jpeg_encode(&in, 90, &jpeg.bytes, &jpeg.n, err, sizeof err));
        assert_null(sniff_cut(jpeg.bytes, jpeg.n));
        assert_ok(image_decode(&out, jpeg.bytes, jpeg.n, err, sizeof err));
        assert_int_equal(out.width, in.width);
        assert_int_equal(out.height, in.height);
        if (i == 2)
            expect_quarters(&out, "ABCD");
        assert_ok(jpeg_encode(&in, 90, &again.bytes, &again.n, err, sizeof err));
        assert_int_equal(jpeg.n, again.n);
        assert_memory_equal(jpeg.bytes, again.bytes, jpeg.n);
        free(again.bytes);
        assert_ok(jpeg_encode(&in, 20, &again.bytes, &again.n, err, sizeof err));
        assert_true(i == 0 || again.n < jpeg.n);
        free(again.bytes);
        free(jpeg.bytes);
        image_free(&out);
        image_free(&in);
    }
    Bytes none;
    Image wide = quarters(70000, 1), empty = {0, 5, NULL};
    assert_int_equal(jpeg_encode(&wide, 90, &none.bytes, &none.n, err, sizeof err), -1);
    assert_says(err, "JPEG");
    assert_null(none.bytes);
    assert_int_equal(jpeg_encode(&empty, 90, &none.bytes, &none.n, err, sizeof err), -1);
    image_free(&wide);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kinds),        cmocka_unit_test(inks),    cmocka_unit_test(smallest_that_suffices),
        cmocka_unit_test(fits_boxes),   cmocka_unit_test(cut),     cmocka_unit_test(orientations),
        cmocka_unit_test(bad_exif),     cmocka_unit_test(damaged), cmocka_unit_test(odd),
        cmocka_unit_test(scans_without_end), cmocka_unit_test(encodes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
