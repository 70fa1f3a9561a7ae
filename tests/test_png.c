/* PNG writing: what is written reads back, the same rows are the same bytes, errors are lines. */
#include "io/image.h"
#include "io/png.h"
#include "tests/support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Writes the picture in strips of so many rows. The caller frees the bytes. */
static char *encode(const Image *image, int strip, size_t *len)
{
    char err[256], *bytes = NULL;
    FILE *out = open_memstream(&bytes, len);
    PngWriter *png = png_begin(out, image->width, image->height, err, sizeof err);
    assert_non_null(png);
    for (int y = 0; y < image->height; y += strip) {
        int n = image->height - y < strip ? image->height - y : strip;
        assert_ok(png_rows(png, image->rgb + (size_t)y * (size_t)image->width * 3, n, err, sizeof err));
    }
    assert_ok(png_end(png, err, sizeof err));
    fclose(out);
    return bytes;
}

static Image noise(int w, int h)
{
    unsigned random = 1;
    Image image = {w, h, malloc((size_t)w * (size_t)h * 3)};
    for (size_t i = 0; i < (size_t)w * (size_t)h * 3; i++) {
        random = random * 1664525 + 1013904223;
        image.rgb[i] = (unsigned char)(i % 5 ? random >> 24 : 77);
    }
    return image;
}

static void round_trip(void **state)
{
    (void)state;
    static const int sizes[][2] = {{1, 1}, {1, 300}, {300, 1}, {123, 77}, {1000, 3}};
    char err[256];
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        size_t len, again;
        Image in = noise(sizes[i][0], sizes[i][1]), out;
        char *bytes = encode(&in, 16, &len), *other = encode(&in, 1, &again);
        assert_ok(image_decode(&out, bytes, len, err, sizeof err));
        assert_int_equal(out.width, in.width);
        assert_int_equal(out.height, in.height);
        assert_memory_equal(out.rgb, in.rgb, (size_t)in.width * (size_t)in.height * 3);
        assert_int_equal(len, again); /* no time, no chance in it */
        assert_memory_equal(bytes, other, len);
        assert_null(memmem(bytes, len, "tIME", 4));
        image_free(&out);
        image_free(&in);
        free(bytes);
        free(other);
    }
}

static void wrong_number_of_rows(void **state)
{
    (void)state;
    char err[256];
    unsigned char row[3 * 4] = {0};
    FILE *out = tmpfile();
    PngWriter *png = png_begin(out, 4, 2, err, sizeof err);
    assert_ok(png_rows(png, row, 1, err, sizeof err));
    assert_int_equal(png_end(png, err, sizeof err), -1);
    assert_says(err, "1 of 2 rows");
    png = png_begin(out, 4, 1, err, sizeof err);
    assert_ok(png_rows(png, row, 1, err, sizeof err));
    assert_int_equal(png_rows(png, row, 1, err, sizeof err), -1);
    png_abort(png);
    png_abort(NULL);
    assert_null(png_begin(out, 0, 5, err, sizeof err));
    assert_null(png_begin(out, 5, -1, err, sizeof err));
    fclose(out);
}

static void full_disk(void **state)
{
    (void)state;
    char err[256];
    Image image = noise(500, 500);
    FILE *out = fopen("/dev/full", "wb");
    setvbuf(out, NULL, _IONBF, 0);
    PngWriter *png = png_begin(out, 500, 500, err, sizeof err);
    if (png) {
        int rc = png_rows(png, image.rgb, 500, err, sizeof err);
        if (rc == 0)
            rc = png_end(png, err, sizeof err);
        else
            png_abort(png);
        assert_int_equal(rc, -1);
    }
    assert_says(err, "No space left");
    fclose(out);
    image_free(&image);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(round_trip), cmocka_unit_test(wrong_number_of_rows),
                                       cmocka_unit_test(full_disk)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
