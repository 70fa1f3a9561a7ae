#include "io/picture/decoder.h"

#include "io/base/err.h"
#include "io/base/libraries.h"
#include "io/picture/color.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <webp/decode.h>
#include <webp/demux.h>

/* Lossy and lossless; of an animation the first frame, on a canvas that is transparent elsewhere. */

typedef struct {
    WebPDemuxer *demux;
    int w, h; /* of the canvas */
} Reader;

static int reader_open(Reader *r, const void *bytes, size_t len, Err *err)
{
    const WebPData data = {bytes, len};
    *r = (Reader){.demux = WebPDemux(&data)};
    if (!r->demux)
        return err_set(err, "corrupt WebP");
    r->w = (int)WebPDemuxGetI(r->demux, WEBP_FF_CANVAS_WIDTH);
    r->h = (int)WebPDemuxGetI(r->demux, WEBP_FF_CANVAS_HEIGHT);
    return 0;
}

static int size(const void *bytes, size_t len, int *w, int *h, Err *err)
{
    Reader r;
    int rc = reader_open(&r, bytes, len, err);
    *w = r.w;
    *h = r.h;
    WebPDemuxDelete(r.demux);
    return rc;
}

static int webp_error(VP8StatusCode status, Err *err)
{
    if (status == VP8_STATUS_OUT_OF_MEMORY)
        return err_set(err, "out of memory");
    if (status == VP8_STATUS_UNSUPPORTED_FEATURE)
        return err_set(err, "unsupported WebP");
    return err_set(err, status == VP8_STATUS_NOT_ENOUGH_DATA ? "truncated WebP" : "corrupt WebP");
}

/* Decodes the frame into the canvas, of `channels` bytes a pixel. */
static int read_frame(const Reader *r, const WebPIterator *frame, unsigned char *canvas, int channels, Err *err)
{
    WebPDecoderConfig config;
    if (!WebPInitDecoderConfig(&config))
        return err_set(err, "the WebP library is of another version than its headers");
    size_t stride = (size_t)r->w * (size_t)channels;
    size_t start = (size_t)frame->y_offset * stride + (size_t)frame->x_offset * (size_t)channels;
    config.output.colorspace = channels == 4 ? MODE_RGBA : MODE_RGB;
    config.output.is_external_memory = 1;
    config.output.u.RGBA.rgba = canvas + start;
    config.output.u.RGBA.stride = (int)stride;
    config.output.u.RGBA.size = stride * (size_t)r->h - start;
    VP8StatusCode status = WebPGetFeatures(frame->fragment.bytes, frame->fragment.size, &config.input);
    if (status == VP8_STATUS_OK && (config.input.width != frame->width || config.input.height != frame->height))
        status = VP8_STATUS_BITSTREAM_ERROR;
    if (status == VP8_STATUS_OK)
        status = WebPDecode(frame->fragment.bytes, frame->fragment.size, &config);
    return status == VP8_STATUS_OK ? 0 : webp_error(status, err);
}

static void to_srgb(const Reader *r, unsigned char *canvas, int channels)
{
    WebPChunkIterator profile;
    if (!WebPDemuxGetChunk(r->demux, "ICCP", 1, &profile))
        return;
    color_to_srgb(canvas, (size_t)r->w * (size_t)r->h, channels, profile.chunk.bytes, profile.chunk.size);
    WebPDemuxReleaseChunkIterator(&profile);
}

static int read_canvas(const Reader *r, const WebPIterator *frame, Image *image, Err *err)
{
    bool covers = !frame->x_offset && !frame->y_offset && frame->width == r->w && frame->height == r->h;
    int channels = covers && !frame->has_alpha ? 3 : 4;
    unsigned char *canvas = calloc((size_t)r->w * (size_t)r->h, (size_t)channels);
    if (!canvas)
        return err_set(err, "out of memory for %d x %d pixels", r->w, r->h);
    if (read_frame(r, frame, canvas, channels, err)) {
        free(canvas);
        return -1;
    }
    to_srgb(r, canvas, channels);
    *image = channels == 4 ? decoder_over_white(canvas, r->w, r->h) : (Image){r->w, r->h, canvas};
    return 0;
}

static int decode(Image *image, const void *bytes, size_t len, int min_w, int min_h, Err *err)
{
    Reader r;
    WebPIterator frame;
    (void)min_w;
    (void)min_h;
    if (reader_open(&r, bytes, len, err))
        return -1;
    int rc = WebPDemuxGetFrame(r.demux, 1, &frame) ? read_canvas(&r, &frame, image, err)
                                                   : err_set(err, "corrupt WebP (no frame)");
    WebPDemuxReleaseIterator(&frame);
    WebPDemuxDelete(r.demux);
    return rc;
}

void library_webp(char version[LIBRARY_VERSION])
{
    int n = WebPGetDecoderVersion();
    snprintf(version, LIBRARY_VERSION, "%d.%d.%d", n >> 16, n >> 8 & 0xFF, n & 0xFF);
}

const Decoder decoder_webp = {.size = size, .decode = decode};
