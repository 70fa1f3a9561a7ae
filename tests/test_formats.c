/* WebP, TIFF, HEIC and AVIF; and the colour profiles of all formats that carry one. */
#include "io/file/file.h"
#include "io/file/sniff.h"
#include "io/picture/image.h"
#include "tests/support/decode.h"
#include "tests/support/jpegs.h"
#include "tests/support/pngs.h"
#include "tests/support/profiles.h"
#include "tests/support/test.h"

#include <stdlib.h>
#include <string.h>
#include <tiffio.h>
#include <turbojpeg.h>
#include <webp/encode.h>

enum { W = 64, H = 32 };

/* Fails unless the file is refused for a reason that has this part. */
static void refuse(const void *bytes, size_t n, const char *why)
{
    Err err = {"accepted"};
    Image image;
    assert_int_equal(decode_whole(&image, bytes, n, &err), -1);
    assert_says(err.text, why);
}

/* Refused for its size, before it is decoded. */
static void refuse_size(Bytes file)
{
    Err err;
    Image image;
    ImageState state;
    assert_int_equal(image_decode(&image, file.bytes, file.n, &(ImageWish){.max_pixels = 199}, &state, &err), -1);
    assert_int_equal(state, IMAGE_TOO_LARGE);
    assert_says(err.text, "are too many");
}

/* --- WebP --- */

/* A lossless file of four quarters. */
static Bytes webp_make(void)
{
    uint8_t *made;
    Image image = quarters(W, H);
    size_t n = WebPEncodeLosslessRGB(image.rgb, W, H, W * 3, &made);
    Bytes out = {malloc(n), n};
    memcpy(out.bytes, made, n);
    WebPFree(made);
    image_free(&image);
    return out;
}

static void put24(unsigned char *b, size_t n)
{
    for (int i = 0; i < 3; i++)
        b[i] = (unsigned char)(n >> 8 * i);
}

/* Appends a chunk. */
static void webp_add(Bytes *file, const char *type, const void *data, size_t n)
{
    file->bytes = realloc(file->bytes, file->n + 8 + n + 1);
    unsigned char *b = file->bytes + file->n;
    memcpy(b, type, 4);
    put24(b + 4, n);
    b[7] = 0;
    memcpy(b + 8, data, n);
    b[8 + n] = 0;
    file->n += 8 + n + (n & 1);
    put24(file->bytes + 4, file->n - 8);
}

/* The extended form, so far without a picture: `flags` 0x20 a profile, 8 EXIF, 2 an animation, 0x10 alpha. */
static Bytes webp_extended(unsigned char flags, int w, int h)
{
    Bytes out = {malloc(12), 12};
    unsigned char head[10] = {flags};
    memcpy(out.bytes, "RIFF\0\0\0\0WEBP", 12);
    put24(head + 4, (size_t)w - 1);
    put24(head + 7, (size_t)h - 1);
    webp_add(&out, "VP8X", head, sizeof head);
    return out;
}

static void webp(void **state)
{
    (void)state;
    Bytes file = webp_make();
    expect_jpeg(file, W, H, "ABCD");
    refuse_size(file);
    for (size_t n = 12; n < file.n - 1; n++)
        refuse(file.bytes, n, "truncated WebP");
    put24(file.bytes + 4, 20 - 8); /* cut off as well, and the length says so */
    refuse(file.bytes, 20, "corrupt WebP");
    free(file.bytes);
}

/* The orientation is in EXIF, with the header that does not belong there or without it. */
static void webp_exif(void **state)
{
    (void)state;
    static const char exif[] = "Exif\0\0MM\0*\0\0\0\x8\0\1\1\x12\0\3\0\0\0\1\0\6\0\0\0\0\0\0";
    Bytes plain = webp_make();
    for (size_t head = 0; head <= 6; head += 6) {
        Bytes file = webp_extended(8, W, H);
        webp_add(&file, "VP8L", plain.bytes + 20, plain.n - 20);
        webp_add(&file, "EXIF", exif + head, sizeof exif - 1 - head);
        expect_jpeg(file, H, W, "CADB");
        free(file.bytes);
    }
    free(plain.bytes);
}

/* The first frame stands for an animation; around it, the canvas is white. */
static void webp_animated(void **state)
{
    (void)state;
    Bytes plain = webp_make(), file = webp_extended(2, W * 2, H);
    unsigned char frame[512] = {W / 2};
    put24(frame + 6, W - 1);
    put24(frame + 9, H - 1);
    memcpy(frame + 16, plain.bytes + 12, plain.n - 12);
    webp_add(&file, "ANIM", "\0\0\0\0\0", 6);
    webp_add(&file, "ANMF", frame, 16 + plain.n - 12);
    frame[0] = 0; /* the second is on the left */
    webp_add(&file, "ANMF", frame, 16 + plain.n - 12);
    Err err;
    Image image;
    assert_ok(decode_whole(&image, file.bytes, file.n, &err));
    assert_int_equal(image.width, W * 2);
    assert_int_equal(image.height, H);
    assert_memory_equal(image.rgb + (W - 1) * 3, "\xff\xff\xff\xdc\x14\x14", 6);
    assert_memory_equal(image.rgb + (W * 2 - 1) * 3, "\x14\xc8\x14", 3);
    assert_memory_equal(image.rgb + W * 2 * 3 - 3, "\x14\xc8\x14", 3);
    image_free(&image);
    free(plain.bytes);
    free(file.bytes);
}

/* --- TIFF --- */

typedef struct {
    uint16_t compression, orientation, bits, extra; /* extra: samples, the first of them alpha */
    bool tiled;
    Bytes profile;
} TiffParts;

static void tiff_fill(unsigned char *to, const Image *image, const TiffParts *t, int x0, int y0, int w, int h)
{
    for (int y = y0; y < y0 + h; y++)
        for (int x = x0; x < x0 + w; x++) {
            for (int c = 0; c < 3; c++)
                for (int b = 0; b < t->bits / 8; b++)
                    *to++ = image->rgb[(y * image->width + x) * 3 + c];
            for (int b = 0; b < t->extra; b++)
                *to++ = x < W / 2 ? 255 : 128;
        }
}

/* A file of four quarters; an extra sample is alpha, 128 in the right half. */
static Bytes tiff_make(const TiffParts *t)
{
    Err err;
    Image image = quarters(W, H);
    unsigned char block[W * H * 8];
    char *path = tmp_path(tmp_dir, "a.tif");
    TIFF *tiff = TIFFOpen(path, "w");
    TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, W);
    TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, H);
    TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, t->bits);
    TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, 3 + t->extra);
    TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_RGB);
    TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
    TIFFSetField(tiff, TIFFTAG_COMPRESSION, t->compression);
    TIFFSetField(tiff, TIFFTAG_ORIENTATION, t->orientation);
    if (t->extra)
        TIFFSetField(tiff, TIFFTAG_EXTRASAMPLES, 1, (const uint16_t[]){EXTRASAMPLE_UNASSALPHA});
    if (t->profile.n)
        TIFFSetField(tiff, TIFFTAG_ICCPROFILE, (uint32_t)t->profile.n, t->profile.bytes);
    size_t pixel = (size_t)(3 * t->bits / 8 + t->extra);
    if (t->tiled) {
        TIFFSetField(tiff, TIFFTAG_TILEWIDTH, 16);
        TIFFSetField(tiff, TIFFTAG_TILELENGTH, 16);
        for (int i = 0; i < W / 16 * H / 16; i++) {
            tiff_fill(block, &image, t, i % (W / 16) * 16, i / (W / 16) * 16, 16, 16);
            TIFFWriteEncodedTile(tiff, (uint32_t)i, block, (tmsize_t)(256 * pixel));
        }
    } else {
        TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, H);
        tiff_fill(block, &image, t, 0, 0, W, H);
        TIFFWriteEncodedStrip(tiff, 0, block, (tmsize_t)(W * H * pixel));
    }
    TIFFClose(tiff);
    Bytes out;
    out.bytes = (unsigned char *)file_read(path, 1 << 20, &out.n, &err);
    assert_non_null(out.bytes);
    free(path);
    image_free(&image);
    return out;
}

static void tiff(void **state)
{
    (void)state;
    static const struct {
        TiffParts parts;
        const char *order;
    } CASES[] = {
        {{COMPRESSION_NONE, 1, 8, 0, false, {0}}, "ABCD"},      {{COMPRESSION_LZW, 1, 8, 0, true, {0}}, "ABCD"},
        {{COMPRESSION_PACKBITS, 1, 16, 0, false, {0}}, "ABCD"}, {{COMPRESSION_NONE, 3, 8, 0, false, {0}}, "DCBA"},
        {{COMPRESSION_LZW, 6, 8, 0, true, {0}}, "CADB"},        {{COMPRESSION_NONE, 2, 8, 0, true, {0}}, "BADC"},
        {{COMPRESSION_NONE, 8, 8, 0, false, {0}}, "BDAC"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        bool sideways = CASES[i].parts.orientation >= 5;
        Bytes file = tiff_make(&CASES[i].parts);
        expect_jpeg(file, sideways ? H : W, sideways ? W : H, CASES[i].order);
        refuse_size(file);
        free(file.bytes);
    }
}

/* Alpha that is half on the right; libtiff hands it out premultiplied. */
static void tiff_alpha(void **state)
{
    (void)state;
    Err err;
    Image image;
    Bytes file = tiff_make(&(TiffParts){COMPRESSION_NONE, 1, 8, 1, false, {0}});
    assert_ok(decode_whole(&image, file.bytes, file.n, &err));
    const unsigned char *last = image.rgb + (W - 1) * 3;
    assert_memory_equal(image.rgb, "\xdc\x14\x14", 3);
    assert_in_range(last[0], 136, 139); /* 20 and 255 */
    assert_in_range(last[1], 226, 229); /* 200 and 255 */
    image_free(&image);
    free(file.bytes);
}

static void tiff_broken(void **state)
{
    (void)state;
    Bytes file = tiff_make(&(TiffParts){.compression = COMPRESSION_NONE, .orientation = 1, .bits = 8});
    for (size_t n = 8; n < file.n; n += 97)
        refuse(file.bytes, n, "truncated TIFF");
    refuse("II*\0\0\0\0\0", 8, "corrupt TIFF");
    free(file.bytes);
    file = tiff_make(&(TiffParts){.compression = COMPRESSION_LZW, .orientation = 1, .bits = 8});
    memset(file.bytes + 12, 0xAA, 20);
    refuse(file.bytes, file.n, "corrupt TIFF");
    free(file.bytes);
}

/* --- HEIC and AVIF: files that libheif's heif-enc made of four quarters --- */

static Bytes golden(const char *name)
{
    Err err;
    Bytes out;
    char *path = tmp_path("tests/golden/pictures", name);
    out.bytes = (unsigned char *)file_read(path, 1 << 20, &out.n, &err);
    free(path);
    if (!out.bytes)
        fail_msg("%s", err.text);
    return out;
}

static void heif(void **state)
{
    (void)state;
    Bytes grid = golden("grid.heic"), turned = golden("turned.avif");
    expect_jpeg(grid, W, H, "ABCD");   /* two tiles, cropped */
    expect_jpeg(turned, H, W, "CADB"); /* the file has a box that turns it */
    refuse_size(grid);
    refuse_size(turned);
    for (size_t n = 12; n < grid.n; n++)
        if (sniff_cut(grid.bytes, n)) /* not between two boxes */
            refuse(grid.bytes, n, "truncated HEIC");
        else
            refuse(grid.bytes, n, "HEIF");
    memset(turned.bytes + 100, 0x55, 40);
    refuse(turned.bytes, turned.n, "HEIF");
    free(grid.bytes);
    free(turned.bytes);
}

/* --- profiles: red and green change places --- */

static Bytes png_with_profile(Bytes icc)
{
    unsigned char data[4000] = "p\0\0\x78\x01\x01"; /* name, method; a zlib stream with one stored block */
    unsigned long a = 1, b = 0;
    size_t n = 6;
    const unsigned char len[4] = {icc.n & 255, (unsigned char)(icc.n >> 8), ~icc.n & 255,
                                  (unsigned char)(~icc.n >> 8)};
    memcpy(data + 2 + 1, "\x78\x01\x01", 3);
    memcpy(data + n, len, 4);
    memcpy(data + n + 4, icc.bytes, icc.n);
    for (size_t i = 0; i < icc.n; i++)
        b = (b + (a = (a + icc.bytes[i]) % 65521)) % 65521;
    n += 4 + icc.n;
    for (int i = 0; i < 4; i++)
        data[n++] = (unsigned char)((b << 16 | a) >> (24 - 8 * i));
    PngBytes plain =
        pngs_make(&(PngParts){.w = 2,
                              .h = 2,
                              .depth = 8,
                              .type = 2,
                              .rows = PNG_DATA("\0\xdc\x14\x14\x14\xc8\x14\0\x14\x14\xdc\xf0\xf0\xf0")});
    PngBytes png = pngs_with_chunk(&plain, PNGS_AFTER_IHDR, "iCCP", (PngData){data, n});
    Bytes out = {malloc(png.n), png.n};
    memcpy(out.bytes, png.bytes, png.n);
    return out;
}

/* Of n segments. */
static Bytes jpeg_with_profile(Bytes plain, Bytes icc, int n)
{
    Bytes out = {malloc(plain.n), plain.n};
    memcpy(out.bytes, plain.bytes, plain.n);
    for (int i = n; i--;) {
        size_t from = icc.n * (size_t)i / (size_t)n, len = icc.n * (size_t)(i + 1) / (size_t)n - from;
        unsigned char segment[4096] = {0xFF, 0xE2, (unsigned char)((len + 16) >> 8), (unsigned char)(len + 16)};
        memcpy(segment + 4, "ICC_PROFILE", 12);
        segment[16] = (unsigned char)(i + 1);
        segment[17] = (unsigned char)n;
        memcpy(segment + 18, icc.bytes + from, len);
        Bytes more = jpegs_splice(out, 2, 0, segment, 18 + len);
        free(out.bytes);
        out = more;
    }
    return out;
}

/* Red and green have changed places, or not; frees the file. */
static void expect_swap(Bytes file, bool swapped)
{
    Err err;
    Image image;
    assert_ok(decode_whole(&image, file.bytes, file.n, &err));
    const unsigned char *last = image.rgb + (image.width - 1) * 3;
    for (int c = 0; c < 2; c++) {
        assert_in_range(image.rgb[c ^ swapped], c ? 16 : 216, c ? 24 : 224);
        assert_in_range(last[c ^ swapped], c ? 196 : 16, c ? 204 : 24);
    }
    image_free(&image);
    free(file.bytes);
}

static void profiles(void **state)
{
    (void)state;
    Bytes icc = profile_swapped(), plain = quarters_jpeg(W, H, 0), lossless = webp_make();
    expect_swap(png_with_profile(icc), true);
    expect_swap(jpeg_with_profile(plain, icc, 1), true);
    expect_swap(jpeg_with_profile(plain, icc, 3), true);
    Bytes jpeg = jpeg_with_profile(plain, icc, 3);
    jpeg.bytes[2 + 17]++; /* a fourth segment is missing */
    jpeg.bytes[jpegs_find(jpeg, 2 + 18, 0xE2) + 17]++;
    jpeg.bytes[jpegs_find(jpeg, jpegs_find(jpeg, 2 + 18, 0xE2) + 18, 0xE2) + 17]++;
    expect_swap(jpeg, false);
    Bytes webp_file = webp_extended(0x20, W, H);
    webp_add(&webp_file, "ICCP", icc.bytes, icc.n);
    webp_add(&webp_file, "VP8L", lossless.bytes + 20, lossless.n - 20);
    expect_swap(webp_file, true);
    expect_swap(tiff_make(&(TiffParts){COMPRESSION_NONE, 1, 8, 0, false, icc}), true);
    icc.n -= 300; /* broken */
    expect_swap(jpeg_with_profile(plain, icc, 1), false);
    free(icc.bytes);
    free(plain.bytes);
    free(lossless.bytes);
}

/* Adobe's JPEGs hold what an ink leaves of the light. */
static void profile_of_inks(void **state)
{
    (void)state;
    Bytes icc = profile_cmyk();
    unsigned char inks[16 * 16 * 4];
    for (size_t i = 0; i < sizeof inks; i++)
        inks[i] = i % 4 ? 255 : 0; /* cyan alone */
    Bytes plain = jpegs_compress(inks, 16, 16, TJPF_CMYK, TJSAMP_444, 0);
    Bytes jpeg = jpeg_with_profile(plain, icc, 1);
    expect_jpeg(jpeg, 16, 16, "AAAA");
    free(jpeg.bytes);
    free(plain.bytes);
    free(icc.bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(webp),
        cmocka_unit_test(webp_exif),
        cmocka_unit_test(webp_animated),
        cmocka_unit_test_setup_teardown(tiff, tmp_setup, tmp_teardown),
        cmocka_unit_test_setup_teardown(tiff_alpha, tmp_setup, tmp_teardown),
        cmocka_unit_test_setup_teardown(tiff_broken, tmp_setup, tmp_teardown),
        cmocka_unit_test(heif),
        cmocka_unit_test_setup_teardown(profiles, tmp_setup, tmp_teardown),
        cmocka_unit_test(profile_of_inks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
