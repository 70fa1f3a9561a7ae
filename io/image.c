#include "io/image.h"

#include "io/err.h"
#include "io/file.h"
#include "io/sniff.h"

#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* stb: single-header libraries, compiled here and nowhere else, with their own taste in warnings. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wsign-compare"
#define STBI_ONLY_JPEG
#define STBI_ONLY_PNG
#define STBI_ONLY_GIF
#define STBI_ONLY_BMP
#define STBI_ONLY_PNM
#define STBI_NO_STDIO
#define STB_IMAGE_IMPLEMENTATION
#include <stb_image.h>
#define STB_IMAGE_RESIZE_STATIC
#define STB_IMAGE_RESIZE_IMPLEMENTATION
#include <stb_image_resize.h>
#pragma GCC diagnostic pop

enum { FILE_MAX_BYTES = 256 << 20, PIXELS_MAX = 100000000 };

/* --- decoding --- */

/* stb_image fills in what a broken-off JPEG lacks and calls it done. This follows the segments to the end
 * of the image: SOI, segments with a length each, and behind SOS coded data up to the next marker that is
 * neither stuffing (FF00) nor a restart (FFD0 to FFD7), until EOI. ITU-T T.81, B.1. */
static int jpeg_is_whole(const unsigned char *b, size_t len)
{
    size_t i = 2;
    while (i + 1 < len) {
        if (b[i] != 0xFF) { /* coded data, or rubbish between segments */
            i++;
            continue;
        }
        unsigned marker = b[i + 1];
        if (marker == 0xD9)
            return 1;
        if (marker == 0xFF) {
            i++;
        } else if (marker == 0 || marker == 1 || (marker >= 0xD0 && marker <= 0xD8)) {
            i += 2;
        } else {
            if (i + 3 >= len)
                return 0;
            i += 2 + ((size_t)b[i + 2] << 8 | b[i + 3]);
        }
    }
    return 0;
}

/* Lays n pixels of rgba over white, into rgb of the same memory. */
static void over_white(unsigned char *pixels, size_t n)
{
    const unsigned char *in = pixels;
    unsigned char *out = pixels;
    for (size_t i = 0; i < n; i++, in += 4, out += 3) {
        unsigned alpha = in[3];
        for (int c = 0; c < 3; c++)
            out[c] = (unsigned char)((in[c] * alpha + 255 * (255 - alpha) + 127) / 255);
    }
}

/* What stb says in a word or two, as a line. */
static int stb_error(char *err, size_t errlen)
{
    const char *why = stbi_failure_reason();
    if (why && !strcmp(why, "unknown image type"))
        return err_set(err, errlen, "an image of a kind that is not read here");
    if (why && !strcmp(why, "outofmem"))
        return err_set(err, errlen, "out of memory");
    if (why && !strcmp(why, "too large"))
        return err_set(err, errlen, "too many pixels");
    if (why && (!strcmp(why, "outofdata") || !strcmp(why, "no SOS")))
        return err_set(err, errlen, "truncated image");
    return err_set(err, errlen, "corrupt image (%s)", why ? why : "no reason given");
}

/* A PNG says its size at byte 16. stb would refuse a huge one as of an unknown kind. */
static int png_is_huge(const unsigned char *b, size_t len)
{
    if (len < 24 || memcmp(b, "\x89PNG", 4))
        return 0;
    uint64_t w = (uint64_t)b[16] << 24 | (uint64_t)b[17] << 16 | (uint64_t)b[18] << 8 | b[19];
    uint64_t h = (uint64_t)b[20] << 24 | (uint64_t)b[21] << 16 | (uint64_t)b[22] << 8 | b[23];
    return h && w > PIXELS_MAX / h;
}

/* Where the samples of a binary PNM begin: behind "P6", width, height, maximum and one white space, with
 * comments among them. */
static size_t pnm_header(const unsigned char *b, size_t len)
{
    size_t i = 2;
    for (int number = 0; number < 3; number++) {
        while (i < len && (b[i] < '0' || b[i] > '9')) {
            if (b[i] == '#')
                while (i < len && b[i] != '\n')
                    i++;
            i += i < len;
        }
        while (i < len && b[i] >= '0' && b[i] <= '9')
            i++;
    }
    return i + 1;
}

/* stb (2.27) reads beyond 16-bit PNM pictures when it adds alpha, and takes whatever memory holds for what a
 * cut one lacks. 0, or -1 with a line. */
static int check_pnm(const unsigned char *b, size_t len, size_t samples, char *err, size_t errlen)
{
    if (b[0] != 'P')
        return 0;
    if (stbi_is_16_bit_from_memory(b, (int)len))
        return err_set(err, errlen, "a PNM picture of 16 bits, which is not read here");
    return len < pnm_header(b, len) + samples ? err_set(err, errlen, "truncated PNM") : 0;
}

int image_decode(Image *image, const void *bytes, size_t len, char *err, size_t errlen)
{
    int w, h, channels;
    memset(image, 0, sizeof *image);
    const char *other = sniff_not_image(bytes, len);
    if (other)
        return err_set(err, errlen, "%s", other);
    if (len > INT_MAX)
        return err_set(err, errlen, "larger than %d bytes", INT_MAX);
    if (png_is_huge(bytes, len))
        return err_set(err, errlen, "too many pixels");
    if (!stbi_info_from_memory(bytes, (int)len, &w, &h, &channels))
        return stb_error(err, errlen);
    if (w < 1 || h < 1)
        return err_set(err, errlen, "an image without pixels");
    if ((int64_t)w * h > PIXELS_MAX)
        return err_set(err, errlen, "%d x %d pixels are too many", w, h);
    if (check_pnm(bytes, len, (size_t)w * (size_t)h * (size_t)channels, err, errlen))
        return -1;
    int jpeg = !memcmp(bytes, "\xff\xd8", 2);
    if (jpeg && !jpeg_is_whole(bytes, len))
        return err_set(err, errlen, "truncated JPEG");
    unsigned char *pixels = stbi_load_from_memory(bytes, (int)len, &w, &h, &channels, jpeg ? 3 : 4);
    if (!pixels)
        return stb_error(err, errlen);
    if (!jpeg) {
        size_t n = (size_t)w * (size_t)h;
        over_white(pixels, n);
        unsigned char *less = realloc(pixels, n * 3);
        pixels = less ? less : pixels;
    }
    *image = (Image){w, h, pixels};
    return 0;
}

int image_load(Image *image, const char *path, char *err, size_t errlen)
{
    size_t len;
    char why[ERR_LEN];
    memset(image, 0, sizeof *image);
    char *bytes = file_read(path, FILE_MAX_BYTES, &len, err, errlen);
    if (!bytes)
        return -1;
    int rc = image_decode(image, bytes, len, why, sizeof why);
    free(bytes);
    return rc ? err_set(err, errlen, "%s: %s", path, why) : 0;
}

void image_free(Image *image)
{
    free(image->rgb);
    memset(image, 0, sizeof *image);
}

/* --- scaling --- */

void image_fit(const Image *image, int box_w, int box_h, int *w, int *h)
{
    double x = (double)box_w / image->width, y = (double)box_h / image->height;
    double scale = x < y ? x : y;
    *w = x <= y ? box_w : (int)(image->width * scale + 0.5);
    *h = y <= x ? box_h : (int)(image->height * scale + 0.5);
    *w = *w < 1 ? 1 : *w;
    *h = *h < 1 ? 1 : *h;
}

int image_scale(Image *out, const Image *in, int w, int h, char *err, size_t errlen)
{
    memset(out, 0, sizeof *out);
    if (w < 1 || h < 1 || (int64_t)w * h > PIXELS_MAX)
        return err_set(err, errlen, "cannot scale to %d x %d pixels", w, h);
    size_t bytes = (size_t)w * (size_t)h * 3;
    unsigned char *rgb = malloc(bytes);
    if (!rgb)
        return err_set(err, errlen, "out of memory for %d x %d pixels", w, h);
    /* Catmull-Rom both ways: downwards its kernel is stretched over all that a pixel covers. Light is
     * averaged, not its code (sRGB), so that fine detail keeps its brightness. */
    if (w == in->width && h == in->height) {
        memcpy(rgb, in->rgb, bytes);
    } else if (!stbir_resize_uint8_generic(in->rgb, in->width, in->height, 0, rgb, w, h, 0, 3,
                                           STBIR_ALPHA_CHANNEL_NONE, 0, STBIR_EDGE_CLAMP,
                                           STBIR_FILTER_CATMULLROM, STBIR_COLORSPACE_SRGB, NULL)) {
        free(rgb);
        return err_set(err, errlen, "out of memory for %d x %d pixels", w, h);
    }
    *out = (Image){w, h, rgb};
    return 0;
}
