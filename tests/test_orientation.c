/* Pictures turned upright: every orientation, both byte orders, and EXIF that cannot be read. */
#include "io/picture/orientation.h"
#include "tests/support/decode.h"
#include "tests/support/jpegs.h"
#include "tests/support/test.h"

#include <stdlib.h>
#include <string.h>

/* Writes an APP1 segment with this orientation, in Intel's or Motorola's byte order. */
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
    Err err;
    unsigned char segment[64];
    Bytes plain = quarters_jpeg(96, 48, 0);
    for (int i = 0; i < 16; i++) {
        unsigned orientation = (unsigned)i % 8 + 1;
        int sideways = orientation >= 5;
        Bytes jpeg = jpegs_splice(plain, 2, 0, segment, app1(segment, i / 8, orientation));
        assert_int_equal(orientation_read(jpeg.bytes, jpeg.n), orientation);
        expect_jpeg(jpeg, sideways ? 48 : 96, sideways ? 96 : 48, upright[i % 8]);
        static const int boxes[][2] = {{40, 40}, {20, 30}, {200, 100}, {50, 200}};
        for (int k = 0; k < 4; k++) {
            Image image, shape = {sideways ? 48 : 96, sideways ? 96 : 48, NULL};
            int w, h;
            image_fit(&shape, boxes[k][0], boxes[k][1], &w, &h);
            assert_ok(decode_fit(&image, jpeg.bytes, jpeg.n, boxes[k][0], boxes[k][1], &err));
            assert_int_equal(image.width, w);
            assert_int_equal(image.height, h);
            expect_quarters(&image, upright[i % 8]);
            image_free(&image);
        }
        free(jpeg.bytes);
    }
    free(plain.bytes);
}

/* Some programs write the header of EXIF twice, or the orientation as LONG. */
static void odd_exif(void **state)
{
    (void)state;
    Bytes plain = quarters_jpeg(96, 48, 0);
    for (int intel = 0; intel < 2; intel++) {
        unsigned char segment[64], twice[64];
        size_t n = app1(segment, intel, 6);
        memcpy(twice, segment, 10);
        memcpy(twice + 10, segment + 4, n - 4);
        twice[3] += 6;
        Bytes jpeg = jpegs_splice(plain, 2, 0, twice, n + 6);
        expect_jpeg(jpeg, 48, 96, "CADB");
        free(jpeg.bytes);
        segment[22 + !intel] = 4; /* LONG */
        memset(segment + 28, 0, 4);
        segment[intel ? 28 : 31] = 6;
        jpeg = jpegs_splice(plain, 2, 0, segment, n);
        expect_jpeg(jpeg, 48, 96, "CADB");
        free(jpeg.bytes);
        memset(segment + 28, 0xFF, 4);
        jpeg = jpegs_splice(plain, 2, 0, segment, n);
        expect_jpeg(jpeg, 96, 48, "ABCD");
        free(jpeg.bytes);
    }
    free(plain.bytes);
}

/* EXIF that cannot be read counts as none. */
static void bad_exif(void **state)
{
    (void)state;
    unsigned char segment[64];
    Bytes plain = quarters_jpeg(96, 48, 0), jpeg;
    static const unsigned wrong[] = {0, 9, 255, 65535};
    for (int i = 0; i < 4; i++) {
        jpeg = jpegs_splice(plain, 2, 0, segment, app1(segment, 1, wrong[i]));
        expect_jpeg(jpeg, 96, 48, "ABCD");
        free(jpeg.bytes);
    }
    for (size_t at = 4; at < 28; at++) /* each byte of the block changed, and the block truncated there */
        for (int cut = 0; cut < 2; cut++) {
            size_t n = app1(segment, 1, 6);
            if (cut)
                segment[3] = (unsigned char)((n = at) - 2);
            else
                segment[at] ^= 0x80;
            jpeg = jpegs_splice(plain, 2, 0, segment, n);
            int orientation = orientation_read(jpeg.bytes, jpeg.n);
            assert_true(orientation == 1 || (orientation == 6 && !cut));
            free(jpeg.bytes);
        }
    for (size_t cut = 0; cut < 40; cut++)
        assert_int_equal(orientation_read(plain.bytes, cut), 1);
    /* Another APP1 segment, such as XMP's, does not hide it. */
    static const unsigned char xmp[] = {0xFF, 0xE1, 0, 8, 'h', 't', 't', 'p', ':', '/'};
    Bytes turned = jpegs_splice(plain, 2, 0, segment, app1(segment, 0, 6));
    jpeg = jpegs_splice(turned, 2, 0, xmp, sizeof xmp);
    expect_jpeg(jpeg, 48, 96, "CADB");
    free(jpeg.bytes);
    free(turned.bytes);
    free(plain.bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(orientations), cmocka_unit_test(odd_exif),
                                       cmocka_unit_test(bad_exif)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
