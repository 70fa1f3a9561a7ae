#include "io/picture/color.h"

#include "io/base/libraries.h"

#include <lcms2.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Pixels at once: little enough for the caches. */
enum { BLOCK = 4096 };

/* From the profile's colours, which must be of this space, to sRGB. NULL: it cannot be used. */
static cmsHTRANSFORM transform_open(const void *icc, size_t len, cmsColorSpaceSignature space, cmsUInt32Number in,
                                    cmsUInt32Number out)
{
    cmsHTRANSFORM transform = NULL;
    if (!len || len > UINT_MAX)
        return NULL;
    cmsHPROFILE from = cmsOpenProfileFromMem(icc, (cmsUInt32Number)len);
    cmsHPROFILE to = from && cmsGetColorSpace(from) == space ? cmsCreate_sRGBProfile() : NULL;
    if (to)
        transform = cmsCreateTransform(from, in, to, out, INTENT_PERCEPTUAL, cmsFLAGS_COPY_ALPHA);
    if (to)
        cmsCloseProfile(to);
    if (from)
        cmsCloseProfile(from);
    return transform;
}

static bool is_near(const unsigned char *a, const unsigned char *b, size_t n)
{
    enum { NEAR = 2 };
    for (size_t i = 0; i < n; i++)
        if (abs(a[i] - b[i]) > NEAR)
            return false;
    return true;
}

/* Whether the transform keeps a lattice of colours of so many channels. */
static bool keeps_colors(cmsHTRANSFORM transform, int channels)
{
    enum { LEVELS = 9, N = LEVELS * LEVELS * LEVELS };
    unsigned char from[N * 4], to[N * 4], *out = from;
    for (int i = 0; i < N; i++) {
        const int level[4] = {i % LEVELS, i / LEVELS % LEVELS, i / LEVELS / LEVELS, LEVELS - 1};
        for (int c = 0; c < channels; c++)
            *out++ = (unsigned char)(level[c] * 255 / (LEVELS - 1));
    }
    cmsDoTransform(transform, from, to, N);
    return is_near(from, to, (size_t)(out - from));
}

/* --- grey --- */

static bool all_grey(const unsigned char *pixels, size_t n, int channels)
{
    for (size_t i = 0; i < n; i++, pixels += channels)
        if (pixels[0] != pixels[1] || pixels[0] != pixels[2])
            return false;
    return true;
}

static void grey_to_srgb(unsigned char *pixels, size_t n, int channels, const void *icc, size_t len)
{
    enum { CODES = 256 };
    unsigned char code[CODES], grey[CODES][3], rgb[CODES][3];
    cmsHTRANSFORM transform = transform_open(icc, len, cmsSigGrayData, TYPE_GRAY_8, TYPE_RGB_8);
    if (!transform)
        return;
    for (int i = 0; i < CODES; i++) {
        code[i] = (unsigned char)i;
        memset(grey[i], i, 3);
    }
    cmsDoTransform(transform, code, rgb, CODES);
    cmsDeleteTransform(transform);
    if (is_near(grey[0], rgb[0], sizeof rgb) || !all_grey(pixels, n, channels))
        return;
    for (size_t i = 0; i < n; i++, pixels += channels)
        memcpy(pixels, rgb[pixels[0]], 3);
}

/* --- what callers see --- */

void color_to_srgb(unsigned char *pixels, size_t n, int channels, const void *icc, size_t len)
{
    cmsUInt32Number format = channels == 4 ? TYPE_RGBA_8 : TYPE_RGB_8;
    cmsHTRANSFORM transform = transform_open(icc, len, cmsSigRgbData, format, format);
    if (!transform) {
        grey_to_srgb(pixels, n, channels, icc, len);
        return;
    }
    bool same = keeps_colors(transform, channels);
    for (size_t i = 0; !same && i < n; i += BLOCK) {
        unsigned char *block = pixels + i * (size_t)channels;
        cmsDoTransform(transform, block, block, (cmsUInt32Number)(n - i < BLOCK ? n - i : BLOCK));
    }
    cmsDeleteTransform(transform);
}

bool color_cmyk_to_srgb(unsigned char *pixels, size_t n, bool inverted, const void *icc, size_t len)
{
    unsigned char rgb[BLOCK * 3];
    cmsHTRANSFORM transform =
        transform_open(icc, len, cmsSigCmykData, inverted ? TYPE_CMYK_8_REV : TYPE_CMYK_8, TYPE_RGB_8);
    if (!transform)
        return false;
    for (size_t i = 0; i < n; i += BLOCK) {
        size_t some = n - i < BLOCK ? n - i : BLOCK;
        cmsDoTransform(transform, pixels + i * 4, rgb, (cmsUInt32Number)some);
        memcpy(pixels + i * 3, rgb, some * 3);
    }
    cmsDeleteTransform(transform);
    return true;
}

void library_lcms(char version[LIBRARY_VERSION])
{
    int n = cmsGetEncodedCMMversion(); /* 2.14: 2140 */
    snprintf(version, LIBRARY_VERSION, "%d.%d", n / 1000, n / 10 % 100);
}
