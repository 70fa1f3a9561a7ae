#include "io/picture/decoder.h"

#include "io/base/err.h"
#include "io/base/libraries.h"
#include "io/picture/color.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tiffio.h>

/* The file's first picture, in all forms that libtiff turns into RGBA: strips and tiles; bilevel, grey, palette, RGB,
 * CMYK, YCbCr and L*a*b*; 1 to 16 bits. */

typedef struct {
    const unsigned char *bytes;
    size_t len, at;
    Err why; /* libtiff's first complaint */
} Source;

/* --- what libtiff calls --- */

/* The bytes are lent as they are. (Where it has to read them, libtiff 4.5 refuses tiles that are not compressed.) */
static int source_map(thandle_t source, void **bytes, toff_t *len)
{
    Source *s = source;
    *bytes = (void *)(uintptr_t)s->bytes;
    *len = s->len;
    return 1;
}

static void source_unmap(thandle_t source, void *bytes, toff_t len)
{
    (void)source, (void)bytes, (void)len;
}

static tmsize_t source_read(thandle_t source, void *to, tmsize_t n)
{
    Source *s = source;
    size_t left = s->at < s->len ? s->len - s->at : 0, some = (size_t)n < left ? (size_t)n : left;
    if (some)
        memcpy(to, s->bytes + s->at, some);
    s->at += some;
    return (tmsize_t)some;
}

static tmsize_t source_write(thandle_t source, void *from, tmsize_t n)
{
    (void)source, (void)from, (void)n;
    return -1;
}

static toff_t source_seek(thandle_t source, toff_t at, int whence)
{
    Source *s = source;
    s->at = (size_t)at + (whence == SEEK_CUR ? s->at : whence == SEEK_END ? s->len : 0);
    return s->at;
}

static int source_close(thandle_t source)
{
    (void)source;
    return 0;
}

static toff_t source_size(thandle_t source)
{
    return ((Source *)source)->len;
}

static int keep_error(TIFF *tiff, void *source, const char *module, const char *format, va_list arguments)
{
    Source *s = source;
    char text[256];
    (void)tiff, (void)module;
    vsnprintf(text, sizeof text, format, arguments);
    if (!s->why.text[0])
        err_set(&s->why, "%s", text);
    return 1; /* libtiff itself would print it */
}

static int ignore_warning(TIFF *tiff, void *source, const char *module, const char *format, va_list arguments)
{
    (void)tiff, (void)source, (void)module, (void)format, (void)arguments;
    return 1;
}

/* --- reading --- */

/* The directory's arrays take this at most, and so does a strip beside those of its pixels. */
enum { ALLOC_LEAST = 64 << 20, BYTES_PER_PIXEL = 16 };

/* Whether the directory, or pixels that it names, would be after the end. */
static bool is_cut(TIFF *tiff, const Source *s)
{
    if (strstr(s->why.text, "an not read TIFF") || strstr(s->why.text, "Failed to read directory") ||
        strstr(s->why.text, "IO error during reading"))
        return true;
    for (uint32_t i = 0, n = tiff ? TIFFNumberOfStrips(tiff) : 0; i < n; i++)
        if (TIFFGetStrileOffset(tiff, i) + TIFFGetStrileByteCount(tiff, i) > s->len)
            return true;
    return false;
}

static int corrupt(TIFF *tiff, const Source *s, Err *err)
{
    if (is_cut(tiff, s))
        return err_set(err, "truncated TIFF");
    return err_set(err, "corrupt TIFF (%s)", s->why.text[0] ? s->why.text : "no picture");
}

/* Opens the file, whose pixels are so many as far as is known. NULL: err says why. */
static TIFF *source_open(Source *s, const void *bytes, size_t len, size_t pixels, Err *err)
{
    TIFF *tiff = NULL;
    *s = (Source){.bytes = bytes, .len = len};
    TIFFOpenOptions *options = TIFFOpenOptionsAlloc();
    if (options) {
        TIFFOpenOptionsSetMaxSingleMemAlloc(options, ALLOC_LEAST + (tmsize_t)(pixels * BYTES_PER_PIXEL));
        TIFFOpenOptionsSetErrorHandlerExtR(options, keep_error, s);
        TIFFOpenOptionsSetWarningHandlerExtR(options, ignore_warning, s);
        tiff = TIFFClientOpenExt("", "r", s, source_read, source_write, source_seek, source_close, source_size,
                                 source_map, source_unmap, options);
        TIFFOpenOptionsFree(options);
    }
    if (!tiff)
        corrupt(tiff, s, err);
    return tiff;
}

static int read_size(TIFF *tiff, const Source *s, int *w, int *h, Err *err)
{
    uint32_t width = 0, height = 0;
    if (!TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &width) || !TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &height))
        return corrupt(tiff, s, err);
    if (width > INT32_MAX || height > INT32_MAX)
        return err_set(err, "too many pixels");
    *w = (int)width;
    *h = (int)height;
    return 0;
}

static int size(const void *bytes, size_t len, int *w, int *h, Err *err)
{
    Source s;
    *w = *h = 0;
    TIFF *tiff = source_open(&s, bytes, len, 0, err);
    int rc = tiff ? read_size(tiff, &s, w, h, err) : -1;
    if (tiff)
        TIFFClose(tiff);
    return rc;
}

static int orientation(const void *bytes, size_t len)
{
    Source s;
    uint16_t value = 1;
    TIFF *tiff = source_open(&s, bytes, len, 0, NULL);
    if (tiff)
        TIFFGetFieldDefaulted(tiff, TIFFTAG_ORIENTATION, &value);
    if (tiff)
        TIFFClose(tiff);
    return value >= 1 && value <= 8 ? value : 1;
}

/* libtiff's pixels, words of ABGR with alpha premultiplied, become bytes of straight RGBA in place. */
static void to_bytes(uint32_t *words, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        unsigned char *rgba = (unsigned char *)(words + i);
        uint32_t word = words[i], alpha = TIFFGetA(word);
        const uint32_t color[3] = {TIFFGetR(word), TIFFGetG(word), TIFFGetB(word)};
        for (int c = 0; c < 3; c++) {
            uint32_t straight = alpha && alpha < 255 ? (color[c] * 255 + alpha / 2) / alpha : color[c];
            rgba[c] = (unsigned char)(straight < 255 ? straight : 255);
        }
        rgba[3] = (unsigned char)alpha;
    }
}

/* libtiff turns CMYK and L*a*b* into RGB without their profile, which does not fit then. */
static void to_srgb(TIFF *tiff, unsigned char *rgba, size_t n)
{
    uint32_t len = 0;
    void *profile = NULL;
    if (TIFFGetField(tiff, TIFFTAG_ICCPROFILE, &len, &profile))
        color_to_srgb(rgba, n, 4, profile, len);
}

/* The pixels in the order in which they are stored. */
static int read_pixels(TIFF *tiff, const Source *s, uint32_t *words, int w, int h, Err *err)
{
    TIFFRGBAImage rgba;
    char why[1024] = "";
    if (!TIFFRGBAImageOK(tiff, why) || !TIFFRGBAImageBegin(&rgba, tiff, 1, why))
        return is_cut(tiff, s) ? corrupt(tiff, s, err) : err_set(err, "unsupported TIFF (%s)", why);
    rgba.req_orientation = rgba.orientation;
    int done = TIFFRGBAImageGet(&rgba, words, (uint32_t)w, (uint32_t)h);
    TIFFRGBAImageEnd(&rgba);
    return done ? 0 : corrupt(tiff, s, err);
}

static int decode_by(TIFF *tiff, const Source *s, Image *image, int w, int h, Err *err)
{
    size_t n = (size_t)w * (size_t)h;
    uint32_t *words = calloc(n, sizeof *words);
    if (!words)
        return err_set(err, "out of memory for %d x %d pixels", w, h);
    if (read_pixels(tiff, s, words, w, h, err)) {
        free(words);
        return -1;
    }
    to_bytes(words, n);
    to_srgb(tiff, (unsigned char *)words, n);
    *image = decoder_over_white((unsigned char *)words, w, h);
    return 0;
}

static int decode(Image *image, const void *bytes, size_t len, int min_w, int min_h, Err *err)
{
    Source s;
    int w, h;
    (void)min_w;
    (void)min_h;
    if (size(bytes, len, &w, &h, err))
        return -1;
    TIFF *tiff = source_open(&s, bytes, len, (size_t)w * (size_t)h, err);
    int rc = tiff ? decode_by(tiff, &s, image, w, h, err) : -1;
    if (tiff)
        TIFFClose(tiff);
    return rc;
}

void library_tiff(char version[LIBRARY_VERSION])
{
    if (sscanf(TIFFGetVersion(), "LIBTIFF, Version %31s", version) != 1)
        *version = '\0';
}

const Decoder decoder_tiff = {.size = size, .decode = decode, .orientation = orientation};
