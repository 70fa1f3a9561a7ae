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
    {"JPEG", &decoder_jpeg}, {"PNG", &decoder_png},       {"GIF", &decoder_stb},   {"BMP", &decoder_stb},
    {"PNM", &decoder_pnm},   {"plain PNM", &decoder_pnm}, {"WebP", &decoder_webp}, {"HEIC", &decoder_heif},
    {"AVIF", &decoder_heif}, {"TIFF", &decoder_tiff},
};

/* NULL: not a picture, or not one that can be decoded; err and *state say which. One that ends too early can be, if
 * that is wished and its format allows it. */
static const Decoder *find_decoder(const void *bytes, size_t len, bool draw_cut, ImageState *state, Err *err)
{
    const char *wrong = sniff_not_image(bytes, len), *cut = wrong ? NULL : sniff_cut(bytes, len);
    const char *kind = wrong ? "" : sniff_kind(bytes, len);
    const Decoder *decoder = NULL;
    *state = wrong ? IMAGE_NOT_ONE : cut ? IMAGE_CUT : IMAGE_WHOLE;
    for (size_t i = 0; i < sizeof FORMATS / sizeof *FORMATS; i++)
        if (!strcmp(kind, FORMATS[i].kind))
            decoder = FORMATS[i].decoder;
    if (cut && !(draw_cut && decoder && decoder->decode_cut))
        wrong = cut;
    if (wrong) {
        err_set(err, "%s", wrong);
        return NULL;
    }
    if (!decoder) {
        *state = IMAGE_UNSUPPORTED;
        err_set(err, "unsupported format: %s", kind);
    }
    return decoder;
}

static int read_size(const Decoder *decoder, const void *bytes, size_t len, int *w, int *h, Err *err)
{
    if (decoder->size(bytes, len, w, h, err))
        return -1;
    return *w < 1 || *h < 1 ? err_set(err, "an image without pixels") : 0;
}

/* A small picture may be decoded from a large one, but the time that takes grows with the large one. */
enum { STORED_MORE = 10 };

static int check_size(int w, int h, int64_t held, int64_t max, Err *err)
{
    max = max ? max : IMAGE_PIXELS_MAX;
    if (held > max && (int64_t)w * h <= max)
        return err_set(err, "too many pixels are coded, for %d x %d", w, h);
    if (held > max || (int64_t)w * h / STORED_MORE > max || w > SIDE_MAX || h > SIDE_MAX)
        return err_set(err, "%d x %d pixels are too many", w, h);
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

/* What is decoded, and how. */
typedef struct {
    const Decoder *decoder;
    const void *bytes;
    size_t len;
    ImageState state;
} Source;

/* Decodes at this size, or without `scale` at one that is at least as large, still in the stored orientation. */
static int decode_at(const Source *s, Image *image, int w, int h, bool scale, Err *err)
{
    Image scaled;
    int (*decode)(Image *, const void *, size_t, int, int, Err *) =
        s->state == IMAGE_CUT ? s->decoder->decode_cut : s->decoder->decode;
    if (decode(image, s->bytes, s->len, w, h, err))
        return -1;
    if (!scale || (image->width == w && image->height == h))
        return 0;
    int rc = image_scale(&scaled, image, w, h, err);
    image_free(image);
    *image = scaled;
    return rc;
}

static int read_orientation(const Source *s)
{
    return (s->decoder->orientation ? s->decoder->orientation : orientation_read)(s->bytes, s->len);
}

static int decode(Source *s, Image *image, const ImageWish *wish, Err *err)
{
    int w, h, fit_w, fit_h;
    if (read_size(s->decoder, s->bytes, s->len, &w, &h, err))
        return -1;
    int stored_w = w, stored_h = h, orientation = read_orientation(s);
    bool sideways = orientation >= 5;
    if (wish->box_w) {
        image_fit(&(Image){w, h, NULL}, sideways ? wish->box_h : wish->box_w, sideways ? wish->box_w : wish->box_h,
                  &fit_w, &fit_h);
        if (wish->enlarge || fit_w < w || fit_h < h) {
            w = fit_w;
            h = fit_h;
        }
    } else if (wish->least_w) {
        int least_w = sideways ? wish->least_h : wish->least_w, least_h = sideways ? wish->least_w : wish->least_h;
        w = least_w < w ? least_w : w;
        h = least_h < h ? least_h : h;
    }
    int64_t held = s->decoder->held ? s->decoder->held(s->bytes, s->len, stored_w, stored_h, w, h)
                                    : (int64_t)stored_w * stored_h;
    if (check_size(stored_w, stored_h, held, wish->max_pixels, err)) {
        s->state = s->state == IMAGE_CUT ? IMAGE_CUT : IMAGE_TOO_LARGE;
        return -1;
    }
    if (!decode_at(s, image, w, h, wish->box_w || !wish->least_w, err) && !make_upright(image, orientation, err))
        return 0;
    image_free(image);
    return -1;
}

int image_decode(Image *image, const void *bytes, size_t len, const ImageWish *wish, ImageState *state, Err *err)
{
    Source s = {.bytes = bytes, .len = len, .state = IMAGE_UNDECODED};
    int rc = -1;
    memset(image, 0, sizeof *image);
    if (wish->box_w < 0 || wish->box_h < 0 || !wish->box_w != !wish->box_h)
        err_set(err, "cannot fit into %d x %d pixels", wish->box_w, wish->box_h);
    else if ((s.decoder = find_decoder(bytes, len, wish->draw_cut, &s.state, err)))
        rc = decode(&s, image, wish, err);
    if (rc && s.state == IMAGE_CUT)
        err_set(err, "%s", sniff_cut(bytes, len)); /* nothing can be drawn for that reason */
    if (rc && s.state == IMAGE_WHOLE)
        s.state = IMAGE_UNDECODED;
    if (state)
        *state = s.state;
    return rc;
}

void image_free(Image *image)
{
    free(image->rgb);
    memset(image, 0, sizeof *image);
}
