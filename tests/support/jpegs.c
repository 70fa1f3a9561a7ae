#include "tests/support/jpegs.h"
#include "tests/support/decode.h"

#include "tests/support/test.h"

#include <stdlib.h>
#include <string.h>
#include <turbojpeg.h>

static const unsigned char QUARTERS[4][3] = {{220, 20, 20}, {20, 200, 20}, {20, 20, 220}, {240, 240, 240}};

Bytes jpegs_compress(const void *pixels, int w, int h, int format, int subsampling, int flags)
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

size_t jpegs_find(Bytes jpeg, size_t from, unsigned marker)
{
    for (size_t i = from; i + 1 < jpeg.n; i++)
        if (jpeg.bytes[i] == 0xFF && jpeg.bytes[i + 1] == marker)
            return i;
    fail_msg("no marker %02x", marker);
    return 0;
}

Bytes jpegs_splice(Bytes jpeg, size_t at, size_t gone, const void *put, size_t n)
{
    Bytes out = {malloc(jpeg.n - gone + n), jpeg.n - gone + n};
    memcpy(out.bytes, jpeg.bytes, at);
    if (n)
        memcpy(out.bytes + at, put, n);
    memcpy(out.bytes + at + n, jpeg.bytes + at + gone, jpeg.n - at - gone);
    return out;
}

Image quarters(int w, int h)
{
    Image image = {w, h, malloc((size_t)w * (size_t)h * 3)};
    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++)
            memcpy(image.rgb + ((size_t)y * (size_t)w + (size_t)x) * 3, QUARTERS[(2 * y >= h) * 2 + (2 * x >= w)],
                   3);
    return image;
}

Bytes quarters_jpeg(int w, int h, int flags)
{
    Image image = quarters(w, h);
    Bytes jpeg = jpegs_compress(image.rgb, w, h, TJPF_RGB, TJSAMP_420, flags);
    image_free(&image);
    return jpeg;
}

void expect_quarters(const Image *image, const char *order)
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

void expect_jpeg(Bytes jpeg, int w, int h, const char *order)
{
    Err err;
    Image image;
    assert_ok(decode_whole(&image, jpeg.bytes, jpeg.n, &err));
    assert_int_equal(image.width, w);
    assert_int_equal(image.height, h);
    expect_quarters(&image, order);
    image_free(&image);
}
