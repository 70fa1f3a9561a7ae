#include "io/picture/decoder.h"

#include "io/base/err.h"
#include "io/file/sniff.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* stb: a single-header library, compiled here and nowhere else, with those warnings off under which it is not clean. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wsign-compare"
#define STBI_ONLY_GIF
#define STBI_ONLY_BMP
#define STBI_NO_STDIO
#define STB_IMAGE_IMPLEMENTATION
#include <stb_image.h>
#pragma GCC diagnostic pop

/* stb's reason, a word or two, as a line. */
static int stb_error(const void *bytes, size_t len, Err *err)
{
    const char *why = stbi_failure_reason();
    if (!why || !strcmp(why, "unknown image type"))
        return err_set(err, "corrupt or unsupported %s", sniff_kind(bytes, len));
    if (!strcmp(why, "outofmem"))
        return err_set(err, "out of memory");
    if (!strcmp(why, "too large"))
        return err_set(err, "too many pixels");
    return err_set(err, "corrupt %s (%s)", sniff_kind(bytes, len), why);
}

static int size_and_channels(const void *bytes, size_t len, int *w, int *h, int *channels, Err *err)
{
    if (len > INT_MAX)
        return err_set(err, "larger than %d bytes", INT_MAX);
    return stbi_info_from_memory(bytes, (int)len, w, h, channels) ? 0 : stb_error(bytes, len, err);
}

/* stb reads uncompressed BMP pictures, and leaves black what a truncated one lacks. The last row may lack its
 * padding. */
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

/* stb takes nine bytes of memory for each pixel that a GIF claims to have. A code stands for at most 4096 pixels, and
 * is longer than a byte by then. */
static int check_gif(const unsigned char *b, size_t len, int w, int h, Err *err)
{
    if (b[0] != 'G' || (size_t)w * (size_t)h / 4096 <= len)
        return 0;
    return err_set(err, "corrupt GIF (%zu bytes cannot hold %d x %d pixels)", len, w, h);
}

static int size(const void *bytes, size_t len, int *w, int *h, Err *err)
{
    int channels;
    return size_and_channels(bytes, len, w, h, &channels, err);
}

static int decode(Image *image, const void *bytes, size_t len, int min_w, int min_h, Err *err)
{
    int w = 0, h = 0, channels;
    (void)min_w;
    (void)min_h;
    if (size_and_channels(bytes, len, &w, &h, &channels, err) || check_bmp(bytes, len, w, h, err) ||
        check_gif(bytes, len, w, h, err))
        return -1;
    unsigned char *rgba = stbi_load_from_memory(bytes, (int)len, &w, &h, &channels, 4);
    if (!rgba)
        return stb_error(bytes, len, err);
    *image = decoder_over_white(rgba, w, h);
    return 0;
}

const Decoder decoder_stb = {.size = size, .decode = decode};
