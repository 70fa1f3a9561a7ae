/* The sizes that are coded in HEIC and AVIF files, and files that say another one. */
#include "io/file/file.h"
#include "io/picture/coded_size.h"
#include "io/picture/heif_coded.h"
#include "tests/support/decode.h"
#include "tests/support/test.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    unsigned char *bytes;
    size_t n;
} File;

static File golden(const char *name)
{
    Err err;
    File out;
    char *path = tmp_path("tests/golden/pictures", name);
    out.bytes = (unsigned char *)file_read(path, 1 << 20, &out.n, &err);
    free(path);
    if (!out.bytes)
        fail_msg("%s", err.text);
    return out;
}

/* Where these bytes are; fails where they are not. */
static size_t place(const File *f, const char *what, size_t n)
{
    size_t at = 0;
    while (at + n <= f->n && memcmp(f->bytes + at, what, n))
        at++;
    assert_true(at + n <= f->n);
    return at;
}

static void put32(unsigned char *b, unsigned v)
{
    for (int i = 0; i < 4; i++)
        b[i] = (unsigned char)(v >> (24 - 8 * i));
}

/* Makes the file say 8 x 8 of all its pictures. */
static void lie(File *f)
{
    size_t at = 0, n = 0;
    for (; at + 16 <= f->n; at++)
        if (!memcmp(f->bytes + at, "ispe", 4)) {
            put32(f->bytes + at + 8, 8);
            put32(f->bytes + at + 12, 8);
            n++;
        }
    assert_true(n > 0);
}

static void expect_refused(File f, const char *why)
{
    Err err = {"accepted"};
    Image image;
    ImageState state;
    assert_int_equal(image_decode(&image, f.bytes, f.n, &(ImageWish){.max_pixels = 199}, &state, &err), -1);
    assert_int_equal(state, IMAGE_TOO_LARGE);
    assert_says(err.text, why);
}

static void liars(void **state)
{
    (void)state;
    const char *const NAMES[] = {"grid.heic", "turned.avif"};
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
        File f = golden(NAMES[i]);
        lie(&f);
        expect_refused(f, "too many pixels are coded, for 8 x 8");
        free(f.bytes);
    }
}

/* A grid whose canvas is larger than it says, of small tiles. */
static void canvas(void **state)
{
    (void)state;
    File f = golden("grid.heic");
    int64_t honest = heif_coded_pixels(f.bytes, f.n);
    size_t at = place(&f, "idat\0\0\0\0\0\100\0\40", 12); /* version, flags, rows - 1, columns - 1, 64 x 32 */
    f.bytes[at + 8] = 0x70;
    assert_int_equal(honest, 64 * 64); /* a tile */
    assert_int_equal(heif_coded_pixels(f.bytes, f.n), 0x7040 * 32);
    free(f.bytes);
}

/* Every way to be cut or broken is answered; none says that it is smaller by what is still there. */
static void broken(void **state)
{
    (void)state;
    const char *const NAMES[] = {"grid.heic", "turned.avif"};
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
        File f = golden(NAMES[i]);
        int64_t whole = heif_coded_pixels(f.bytes, f.n);
        assert_true(whole >= 64 * 32);
        for (size_t n = 0; n < f.n; n++) {
            unsigned char *less = malloc(n ? n : 1), was = f.bytes[n];
            memcpy(less, f.bytes, n);
            assert_true(heif_coded_pixels(less, n) <= whole);
            free(less);
            f.bytes[n] ^= 0xFF;
            assert_true(heif_coded_pixels(f.bytes, f.n) >= 0);
            f.bytes[n] = was;
        }
        free(f.bytes);
    }
}

/* --- streams --- */

/* A sequence parameter set: of two layers, 4:4:4, 8192 x 4320. Its 3s stand after two zeros. */
static void hevc(void **state)
{
    (void)state;
    unsigned char plain[] = {0x42, 0x01, 0x03, 0x01, 0x60, 0x00, 0x00, 0x03, 0x00, 0x00, 0x03, 0x00,
                             0x00, 0x03, 0x00, 0x00, 0x03, 0x00, 0xBA, 0xC0, 0x00, 0x01, 0x60, 0x00,
                             0x00, 0x03, 0x00, 0x00, 0x03, 0x00, 0x00, 0x03, 0x00, 0x00, 0x03, 0x00,
                             0x5A, 0x90, 0x00, 0x08, 0x00, 0x40, 0x02, 0x1C, 0x30};
    unsigned char unit[4 + sizeof plain];
    memcpy(unit + 4, plain, sizeof plain);
    put32(unit, sizeof plain);
    assert_int_equal(hevc_unit_pixels(plain, sizeof plain), 8192 * 4320);
    assert_int_equal(hevc_coded_pixels(unit, sizeof unit), 8192 * 4320);
    put32(unit, 0xFFFFFFFF); /* longer than what is there */
    assert_int_equal(hevc_coded_pixels(unit, sizeof unit), 8192 * 4320);
    assert_int_equal(hevc_unit_pixels(plain, sizeof plain - 2), 0);
    plain[0] = 0x44; /* a picture parameter set */
    assert_int_equal(hevc_unit_pixels(plain, sizeof plain), 0);
}

/* A sequence header in its short form after a delimiter; and in its long form, with timing, the decoder's model,
 * delays and two operating points, without its length. */
static void av1(void **state)
{
    (void)state;
    const unsigned char brief[] = {0x12, 0, 0x0A, 6, 0x1A, 0x37, 0x1F, 0xFF, 0x86, 0xFC};
    const unsigned char whole[] = {0x08, 0x04, 0x00, 0x00, 0x00, 0x04, 0x00, 0x00, 0x00, 0x66,
                                   0xA9, 0x00, 0x00, 0x00, 0x07, 0x21, 0x61, 0x10, 0x14, 0x7F,
                                   0xF8, 0x01, 0xB8, 0x81, 0x1C, 0x76, 0xFF, 0xFE};
    assert_int_equal(av1_coded_pixels(brief, sizeof brief), 8192 * 4320);
    assert_int_equal(av1_coded_pixels(brief, sizeof brief - 2), 0);
    assert_int_equal(av1_coded_pixels(whole, sizeof whole), 256 * 128);
    assert_int_equal(av1_coded_pixels(whole, sizeof whole - 2), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(liars), cmocka_unit_test(canvas), cmocka_unit_test(broken),
                                       cmocka_unit_test(hevc), cmocka_unit_test(av1)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
