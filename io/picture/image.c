#include "io/picture/image.h"

#include "io/base/err.h"
#include "io/file/sniff.h"
#include "io/picture/decoder.h"
#include "io/picture/orientation.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* No picture is a million pixels wide, and the memory that scaling takes grows with the longer side. */
enum { SIDE_MAX = 1 << 20 };

/* --- formats --- */

/* `kind` as sniff_kind gives it. */
static const struct {
    const char *kind;
    const Decoder *decoder;
} FORMATS[] = {
    {"JPEG", &decoder_jpeg}, {"PNG", &decoder_png}, {"GIF", &decoder_stb},
    {"BMP", &decoder_stb},   {"PNM", &decoder_stb},
};

/* NULL: not a picture, or not one that can be decoded; err says which. */
static const Decoder *find_decoder(const void *bytes, size_t len, Err *err)
{
    const char *wrong = sniff_not_image(bytes, len);
    wrong = wrong ? wrong : sniff_cut(bytes, len);
    if (wrong) {
        err_set(err, "%s", wrong);
        return NULL;
    }
    const char *kind = sniff_kind(bytes, len);
    for (size_t i = 0; i < sizeof FORMATS / sizeof *FORMATS; i++)
        if (!strcmp(kind, FORMATS[i].kind))
            return FORMATS[i].decoder;
    err_set(err, "unsupported format: %s", kind);
    return NULL;
}

static int read_size(const Decoder *decoder, const void *bytes, size_t len, int *w, int *h, Err *err)
{
    if (decoder->size(bytes, len, w, h, err))
        return -1;
    if (*w < 1 || *h < 1)
        return err_set(err, "an image without pixels");
    if ((int64_t)*w * *h > IMAGE_PIXELS_MAX || *w > SIDE_MAX || *h > SIDE_MAX)
        return err_set(err, "%d x %d pixels are too many", *w, *h);
    return 0;
}

Image decoder_shrink(unsigned char *rgb, int w, int h)
{
    unsigned char *less = realloc(rgb, (size_t)w * (size_t)h * 3);
    return (Image){w, h, less ? less : rgb};
}

Image decoder_over_white(unsigned char *rgba, int w, int h)
{
    const unsigned char *in = rgba;
    unsigned char *out = rgba;
    for (size_t i = 0; i < (size_t)w * (size_t)h; i++, in += 4, out += 3) {
        unsigned alpha = in[3];
        for (int c = 0; c < 3; c++)
            out[c] = (unsigned char)((in[c] * alpha + 255 * (255 - alpha) + 127) / 255);
    }
    return decoder_shrink(rgba, w, h);
}

/* --- what callers see --- */

/* Turns the picture upright, in new memory: pixel by pixel, along a path through the stored one that starts at `start`,
 * where the pixel to the right is `right` further on and the one below `down` further. */
static int make_upright(Image *image, int orientation, Err *err)
{
    ptrdiff_t w = image->width, last = w * image->height - 1;
    const struct {
        ptrdiff_t start, right, down;
    } paths[8] = {{0, 1, w}, {w - 1, -1, w},        {last, -1, -w}, {last - w + 1, 1, -w},
                  {0, w, 1}, {last - w + 1, -w, 1}, {last, -w, -1}, {w - 1, w, -1}};
    if (orientation == 1)
        return 0;
    bool sideways = orientation >= 5;
    Image up = {sideways ? image->height : image->width, sideways ? image->width : image->height,
                malloc((size_t)(last + 1) * 3)};
    if (!up.rgb)
        return err_set(err, "out of memory for %d x %d pixels", up.width, up.height);
    unsigned char *out = up.rgb;
    for (int y = 0; y < up.height; y++) {
        const unsigned char *in = image->rgb + (paths[orientation - 1].start + y * paths[orientation - 1].down) * 3;
        for (int x = 0; x < up.width; x++, out += 3)
            memcpy(out, in + x * paths[orientation - 1].right * 3, 3);
    }
    image_free(image);
    *image = up;
    return 0;
}

/* A box to fill or, unless `enlarge`, only not to exceed; of 0 x 0: the picture's own size. */
typedef struct {
    int w, h;
    bool enlarge;
} Box;

/* Decodes at this size, still in the stored orientation. */
static int decode_at(const Decoder *decoder, Image *image, const void *bytes, size_t len, int w, int h, Err *err)
{
    Image scaled;
    if (decoder->decode(image, bytes, len, w, h, err))
        return -1;
    if (image->width == w && image->height == h)
        return 0;
    int rc = image_scale(&scaled, image, w, h, err);
    image_free(image);
    *image = scaled;
    return rc;
}

static int decode(Image *image, const void *bytes, size_t len, Box box, Err *err)
{
    int w, h, fit_w, fit_h;
    memset(image, 0, sizeof *image);
    const Decoder *decoder = find_decoder(bytes, len, err);
    if (!decoder || read_size(decoder, bytes, len, &w, &h, err))
        return -1;
    int orientation = orientation_read(bytes, len);
    bool sideways = orientation >= 5;
    if (box.w) {
        image_fit(&(Image){w, h, NULL}, sideways ? box.h : box.w, sideways ? box.w : box.h, &fit_w, &fit_h);
        if (box.enlarge || fit_w < w || fit_h < h) {
            w = fit_w;
            h = fit_h;
        }
    }
    if (!decode_at(decoder, image, bytes, len, w, h, err) && !make_upright(image, orientation, err))
        return 0;
    image_free(image);
    return -1;
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
