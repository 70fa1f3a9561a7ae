#include "io/picture/image.h"

#include "io/base/err.h"
#include "io/file/sniff.h"
#include "io/picture/deflate.h"
#include "io/picture/exif.h"
#include "io/picture/jpeg.h"

#include <ctype.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* stb: a single-header library, compiled here and nowhere else, with its own taste in warnings. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wsign-compare"
#define STBI_ONLY_PNG
#define STBI_ONLY_GIF
#define STBI_ONLY_BMP
#define STBI_ONLY_PNM
#define STBI_NO_STDIO
#define STB_IMAGE_IMPLEMENTATION
#include <stb_image.h>
#pragma GCC diagnostic pop

/* No picture is a million pixels wide, and the memory of scaling grows with the longer side. */
enum { SIDE_MAX = 1 << 20 };

/* --- by stb --- */

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

static bool is_read(const char *kind)
{
    return !strcmp(kind, "PNG") || !strcmp(kind, "GIF") || !strcmp(kind, "BMP") || !strcmp(kind, "PNM");
}

/* What stb says in a word or two, as a line. `kind`: sniff_kind's. */
static int stb_error(const char *kind, Err *err)
{
    const char *why = stbi_failure_reason();
    if (why && !strcmp(why, "unknown image type"))
        return err_set(err,
                       is_read(kind) ? "a %s that is corrupt, or of a variety that is not read here"
                                     : "%s, a kind that is not read here",
                       kind);
    if (why && !strcmp(why, "outofmem"))
        return err_set(err, "out of memory");
    if (why && !strcmp(why, "too large"))
        return err_set(err, "too many pixels");
    if (why && (!strcmp(why, "outofdata") || !strcmp(why, "no SOS")))
        return err_set(err, "truncated image");
    return err_set(err, "corrupt image (%s)", why ? why : "no reason given");
}

/* A PNG says its size at byte 16. stb would refuse a huge one as of an unknown kind. */
static int png_is_huge(const unsigned char *b, size_t len)
{
    if (len < 24 || memcmp(b, "\x89PNG", 4))
        return 0;
    uint64_t w = (uint64_t)b[16] << 24 | (uint64_t)b[17] << 16 | (uint64_t)b[18] << 8 | b[19];
    uint64_t h = (uint64_t)b[20] << 24 | (uint64_t)b[21] << 16 | (uint64_t)b[22] << 8 | b[23];
    return h && w > IMAGE_PIXELS_MAX / h;
}

/* Where the samples of a binary PNM begin: behind "P6", width, height, maximum and one white space, with
 * comments among them. 0 where a number is longer than any that is meant: stb (2.27) lets them overflow. */
static size_t pnm_header(const unsigned char *b, size_t len)
{
    size_t i = 2;
    for (int number = 0; number < 3; number++) {
        while (i < len && !isdigit(b[i])) {
            if (b[i] == '#')
                while (i < len && b[i] != '\n' && b[i] != '\r')
                    i++;
            i += i < len;
        }
        size_t begin = i;
        while (i < len && isdigit(b[i]))
            i++;
        if (i - begin > 9)
            return 0;
    }
    return i + 1;
}

/* stb (2.27) reads beyond 16-bit PNM pictures when it adds alpha, and takes whatever memory holds for what a
 * cut one lacks. 0, or -1 with a line. */
static int check_pnm(const unsigned char *b, size_t len, size_t samples, Err *err)
{
    if (b[0] != 'P')
        return 0;
    if (stbi_is_16_bit_from_memory(b, (int)len))
        return err_set(err, "a PNM picture of 16 bits, which is not read here");
    return len < pnm_header(b, len) + samples ? err_set(err, "truncated PNM") : 0;
}

/* stb reads uncompressed BMP pictures, and lets what a cut one lacks be black. The last row may lack its padding. */
static int check_bmp(const unsigned char *b, size_t len, int w, int h, Err *err)
{
    if (b[0] != 'B')
        return 0;
    if (len < 30)
        return err_set(err, "truncated BMP");
    size_t begin = (size_t)b[10] | (size_t)b[11] << 8 | (size_t)b[12] << 16 | (size_t)b[13] << 24;
    size_t bits = (size_t)w * (b[14] == 12 ? b[24] : b[28]);
    size_t pixels = (bits + 31) / 32 * 4 * (size_t)(h - 1) + (bits + 7) / 8;
    return len < begin || len - begin < pixels ? err_set(err, "truncated BMP") : 0;
}

/* stb takes nine bytes of memory for each pixel that a GIF says to have. A code stands for 4096 pixels at most, and is
 * longer than a byte by then. */
static int check_gif(const unsigned char *b, size_t len, int w, int h, Err *err)
{
    if (b[0] != 'G' || (size_t)w * (size_t)h / 4096 <= len)
        return 0;
    return err_set(err, "corrupt GIF (%zu bytes cannot hold %d x %d pixels)", len, w, h);
}

/* The checksums of what a PNG cannot do without; stb looks at none. */
static int check_png(const unsigned char *b, size_t len, Err *err)
{
    size_t at = 0, data = 0;
    SniffPart part;
    while (sniff_is_png(b, len) && sniff_png_part(b, len, &at, &part)) {
        /* stb (2.27) reckons with a null pointer then. */
        if (part.type == SNIFF_PNG_TYPE('I', 'D', 'A', 'T') && !(data += part.len))
            return err_set(err, "a PNG that begins with empty data, which is not read here");
        const unsigned char *sum = part.data + part.len;
        uint32_t want = (uint32_t)sum[0] << 24 | (uint32_t)sum[1] << 16 | (uint32_t)sum[2] << 8 | sum[3];
        if (part.data[-4] < 'a' && crc32_of(part.data - 4, part.len + 4) != want)
            return err_set(err, "corrupt PNG (a wrong checksum)");
    }
    return 0;
}

/* What stb would take for whole, or read beyond. */
static int check_other(const void *bytes, size_t len, int w, int h, int channels, Err *err)
{
    return check_pnm(bytes, len, (size_t)w * (size_t)h * (size_t)channels, err) ||
                   check_bmp(bytes, len, w, h, err) || check_gif(bytes, len, w, h, err) ||
                   check_png(bytes, len, err)
               ? -1
               : 0;
}

/* All kinds but JPEG. */
static int decode_other(Image *image, const void *bytes, size_t len, Err *err)
{
    int w, h, channels;
    unsigned char *pixels = stbi_load_from_memory(bytes, (int)len, &w, &h, &channels, 4);
    if (!pixels)
        return stb_error(sniff_kind(bytes, len), err);
    size_t n = (size_t)w * (size_t)h;
    over_white(pixels, n);
    unsigned char *less = realloc(pixels, n * 3);
    *image = (Image){w, h, less ? less : pixels};
    return 0;
}

/* What can be told before decoding: the size of the stored picture, or why there is none. */
static int inspect(const void *bytes, size_t len, int *w, int *h, Err *err)
{
    int channels = 3;
    const char *other = sniff_not_image(bytes, len);
    other = other ? other : sniff_cut(bytes, len);
    if (other)
        return err_set(err, "%s", other);
    if (len > INT_MAX)
        return err_set(err, "larger than %d bytes", INT_MAX);
    if (png_is_huge(bytes, len) || (*(const char *)bytes == 'P' && !pnm_header(bytes, len)))
        return err_set(err, "too many pixels");
    int jpeg = sniff_is_jpeg(bytes, len);
    if (jpeg && jpeg_size(bytes, len, w, h, err))
        return -1;
    if (!jpeg && !stbi_info_from_memory(bytes, (int)len, w, h, &channels))
        return stb_error(sniff_kind(bytes, len), err);
    if (*w < 1 || *h < 1)
        return err_set(err, "an image without pixels");
    if ((int64_t)*w * *h > IMAGE_PIXELS_MAX || *w > SIDE_MAX || *h > SIDE_MAX)
        return err_set(err, "%d x %d pixels are too many", *w, *h);
    return jpeg ? 0 : check_other(bytes, len, *w, *h, channels, err);
}

/* --- what callers see --- */

/* Turns the picture upright, in new memory: pixel by pixel, on a way through the stored one that begins at `start`,
 * and where a pixel to the right is `right` further, and one down `down`. */
static int make_upright(Image *image, int orientation, Err *err)
{
    ptrdiff_t w = image->width, last = w * image->height - 1;
    const struct {
        ptrdiff_t start, right, down;
    } ways[8] = {{0, 1, w}, {w - 1, -1, w},        {last, -1, -w}, {last - w + 1, 1, -w},
                 {0, w, 1}, {last - w + 1, -w, 1}, {last, -w, -1}, {w - 1, w, -1}};
    if (orientation == 1)
        return 0;
    int sideways = orientation >= 5;
    Image up = {sideways ? image->height : image->width, sideways ? image->width : image->height,
                malloc((size_t)(last + 1) * 3)};
    if (!up.rgb)
        return err_set(err, "out of memory for %d x %d pixels", up.width, up.height);
    unsigned char *out = up.rgb;
    for (int y = 0; y < up.height; y++) {
        const unsigned char *in = image->rgb + (ways[orientation - 1].start + y * ways[orientation - 1].down) * 3;
        for (int x = 0; x < up.width; x++, out += 3)
            memcpy(out, in + x * ways[orientation - 1].right * 3, 3);
    }
    image_free(image);
    *image = up;
    return 0;
}

/* A box to be filled, or only not to be exceeded; of 0 x 0: the picture's own size. */
typedef struct {
    int w, h;
    bool enlarge;
} Box;

static int decode(Image *image, const void *bytes, size_t len, Box box, Err *err)
{
    int w, h, fit_w, fit_h;
    memset(image, 0, sizeof *image);
    if (inspect(bytes, len, &w, &h, err))
        return -1;
    int orientation = exif_orientation(bytes, len), sideways = orientation >= 5;
    if (box.w) {
        image_fit(&(Image){w, h, NULL}, sideways ? box.h : box.w, sideways ? box.w : box.h, &fit_w, &fit_h);
        if (box.enlarge || fit_w < w || fit_h < h) {
            w = fit_w;
            h = fit_h;
        }
    }
    Image stored, scaled;
    if (sniff_is_jpeg(bytes, len) ? jpeg_decode(&stored, bytes, len, w, h, err)
                                  : decode_other(&stored, bytes, len, err))
        return -1;
    if (stored.width != w || stored.height != h) {
        int rc = image_scale(&scaled, &stored, w, h, err);
        image_free(&stored);
        if (rc)
            return -1;
        stored = scaled;
    }
    if (make_upright(&stored, orientation, err)) {
        image_free(&stored);
        return -1;
    }
    *image = stored;
    return 0;
}

int image_decode(Image *image, const void *bytes, size_t len, Err *err)
{
    return decode(image, bytes, len, (Box){0, 0, false}, err);
}

static int decode_into(Image *image, const void *bytes, size_t len, Box box, Err *err)
{
    memset(image, 0, sizeof *image);
    if (box.w < 1 || box.h < 1)
        return err_set(err, "cannot fit into %d x %d pixels", box.w, box.h);
    return decode(image, bytes, len, box, err);
}

int image_decode_fit(Image *image, const void *bytes, size_t len, int box_w, int box_h, Err *err)
{
    return decode_into(image, bytes, len, (Box){box_w, box_h, true}, err);
}

int image_decode_within(Image *image, const void *bytes, size_t len, int box_w, int box_h, Err *err)
{
    return decode_into(image, bytes, len, (Box){box_w, box_h, false}, err);
}

void image_free(Image *image)
{
    free(image->rgb);
    memset(image, 0, sizeof *image);
}
