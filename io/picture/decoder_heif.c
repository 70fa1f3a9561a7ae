#include "io/picture/decoder.h"

#include "io/base/err.h"
#include "io/base/libraries.h"
#include "io/picture/color.h"
#include "io/picture/heif_coded.h"

#include <libheif/heif.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* HEIC and AVIF: the file's primary picture, turned and cropped as the file says. */

typedef struct {
    struct heif_context *context;
    struct heif_image_handle *handle;
    int w, h;
} Reader;

static int heif_failed(struct heif_error why, Err *err)
{
    if (why.code == heif_error_Memory_allocation_error && why.subcode != heif_suberror_Security_limit_exceeded)
        return err_set(err, "out of memory");
    if (why.subcode == heif_suberror_End_of_data)
        return err_set(err, "truncated HEIF file");
    if (why.code == heif_error_Unsupported_feature || why.code == heif_error_Unsupported_filetype)
        return err_set(err, "unsupported HEIF file (%s)", why.message);
    return err_set(err, "corrupt HEIF file (%s)", why.message);
}

static int reader_open(Reader *r, const void *bytes, size_t len, Err *err)
{
    memset(r, 0, sizeof *r);
    r->context = heif_context_alloc();
    if (!r->context)
        return err_set(err, "out of memory");
    heif_context_set_max_decoding_threads(r->context, 0); /* ours are elsewhere */
    struct heif_error why = heif_context_read_from_memory_without_copy(r->context, bytes, len, NULL);
    if (why.code == heif_error_Ok)
        why = heif_context_get_primary_image_handle(r->context, &r->handle);
    if (why.code != heif_error_Ok)
        return heif_failed(why, err);
    r->w = heif_image_handle_get_width(r->handle);
    r->h = heif_image_handle_get_height(r->handle);
    return 0;
}

static void reader_close(Reader *r)
{
    if (r->handle)
        heif_image_handle_release(r->handle);
    if (r->context)
        heif_context_free(r->context);
}

static int size(const void *bytes, size_t len, int *w, int *h, Err *err)
{
    Reader r;
    int rc = reader_open(&r, bytes, len, err);
    *w = r.w;
    *h = r.h;
    reader_close(&r);
    return rc;
}

/* A file may have coded far more than it says. */
static int64_t held(const void *bytes, size_t len, int w, int h, int min_w, int min_h)
{
    int64_t said = (int64_t)w * h, coded = heif_coded_pixels(bytes, len);
    (void)min_w;
    (void)min_h;
    return coded > said ? coded : said;
}

/* The pixels, row after row, in memory with room for four bytes a pixel. NULL: there is none. */
static unsigned char *copy_pixels(const struct heif_image *from, int w, int h, int channels)
{
    int stride;
    const uint8_t *rows = heif_image_get_plane_readonly(from, heif_channel_interleaved, &stride);
    size_t n = (size_t)w * (size_t)channels;
    unsigned char *pixels = rows ? malloc((size_t)w * (size_t)h * 4) : NULL;
    for (int y = 0; pixels && y < h; y++)
        memcpy(pixels + (size_t)y * n, rows + (size_t)y * (size_t)stride, n);
    return pixels;
}

static void to_srgb(const Reader *r, unsigned char *pixels, int channels)
{
    size_t len = heif_image_handle_get_raw_color_profile_size(r->handle);
    void *profile = len ? malloc(len) : NULL;
    if (profile && heif_image_handle_get_raw_color_profile(r->handle, profile).code == heif_error_Ok)
        color_to_srgb(pixels, (size_t)r->w * (size_t)r->h, channels, profile, len);
    free(profile);
}

/* Alpha that is premultiplied is taken out again: colours are turned into sRGB without it. */
static void unmultiply(unsigned char *rgba, size_t n)
{
    for (size_t i = 0; i < n; i++, rgba += 4)
        for (int c = 0; c < 3 && rgba[3]; c++) {
            int straight = (rgba[c] * 255 + rgba[3] / 2) / rgba[3];
            rgba[c] = (unsigned char)(straight < 255 ? straight : 255);
        }
}

static int take_image(const Reader *r, struct heif_image *from, int channels, Image *image, Err *err)
{
    /* libheif 1.15 does not compare the size of what is coded with what the file says. */
    if (heif_image_get_width(from, heif_channel_interleaved) != r->w ||
        heif_image_get_height(from, heif_channel_interleaved) != r->h)
        return err_set(err, "corrupt HEIF file (another size than it says)");
    unsigned char *pixels = copy_pixels(from, r->w, r->h, channels);
    if (!pixels)
        return err_set(err, "out of memory for %d x %d pixels", r->w, r->h);
    if (channels == 4 && heif_image_is_premultiplied_alpha(from))
        unmultiply(pixels, (size_t)r->w * (size_t)r->h);
    to_srgb(r, pixels, channels);
    *image = channels == 4 ? decoder_over_white(pixels, r->w, r->h) : decoder_shrink(pixels, r->w, r->h);
    return 0;
}

static int decode_by(const Reader *r, Image *image, Err *err)
{
    struct heif_image *decoded = NULL;
    struct heif_decoding_options *options = heif_decoding_options_alloc();
    int channels = heif_image_handle_has_alpha_channel(r->handle) ? 4 : 3;
    if (!options)
        return err_set(err, "out of memory");
    options->convert_hdr_to_8bit = 1;
    struct heif_error why =
        heif_decode_image(r->handle, &decoded, heif_colorspace_RGB,
                          channels == 4 ? heif_chroma_interleaved_RGBA : heif_chroma_interleaved_RGB, options);
    heif_decoding_options_free(options);
    int rc = why.code == heif_error_Ok ? take_image(r, decoded, channels, image, err) : heif_failed(why, err);
    if (decoded)
        heif_image_release(decoded);
    return rc;
}

static int decode(Image *image, const void *bytes, size_t len, int min_w, int min_h, Err *err)
{
    Reader r;
    (void)min_w;
    (void)min_h;
    int rc = reader_open(&r, bytes, len, err) ? -1 : decode_by(&r, image, err);
    reader_close(&r);
    return rc;
}

void library_heif(char version[LIBRARY_VERSION])
{
    snprintf(version, LIBRARY_VERSION, "%s", heif_get_version());
}

const Decoder decoder_heif = {.size = size, .held = held, .decode = decode};
