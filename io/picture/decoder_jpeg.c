#include "io/picture/decoder.h"

#include "io/base/err.h"
#include "io/file/sniff.h"
#include "io/picture/color.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <turbojpeg.h>

/* Grey, colour and CMYK, baseline and progressive, Huffman and arithmetic coding. Damaged pictures are refused;
 * pictures that are merely odd (stray bytes between segments, unknown revisions) are not. */

/* A progressive picture is passed over once per scan: 100 million pixels in 40 scans are as many as we wait for. */
static const int64_t SCANNED_PIXELS_MAX = 4000000000;
/* 64 pixels take at least one bit of a Huffman code: a byte cannot hold more pixels than this. */
enum { PIXELS_PER_BYTE_MAX = 512 };

/* The library's complaint as a line. */
static int turbo_error(tjhandle turbo, Err *err)
{
    static const char prefix[] = "Corrupt JPEG data: ";
    const char *why = tjGetErrorStr2(turbo);
    if (strstr(why, "emory"))
        return err_set(err, "out of memory");
    if (!strncmp(why, "Unsupported", 11) || strstr(why, "colorspace") || strstr(why, "Maximum supported"))
        return err_set(err, "unsupported JPEG (%s)", why);
    why += strncmp(why, prefix, sizeof prefix - 1) ? 0 : sizeof prefix - 1;
    return err_set(err, "corrupt JPEG (%s)", why);
}

/* Whether the complaint is about something that nobody can see or, with `cut`, about an early end. */
static int is_harmless(tjhandle turbo, bool cut)
{
    static const char *const ODD[] = {"extraneous bytes before marker", "unknown JFIF revision",
                                      "Unknown Adobe color transform", "Invalid SOS parameters"};
    if (tjGetErrorCode(turbo) != TJERR_WARNING)
        return 0;
    if (cut && strstr(tjGetErrorStr2(turbo), "remature end"))
        return 1;
    for (size_t i = 0; i < sizeof ODD / sizeof *ODD; i++)
        if (strstr(tjGetErrorStr2(turbo), ODD[i]))
            return 1;
    return 0;
}

/* The size and the TJCS_ colour space. The library calls an unusual subsampling an error here, but decodes it. */
static int read_header(tjhandle turbo, const void *bytes, size_t len, int *w, int *h, int *space, Err *err)
{
    int subsampling;
    *w = *h = 0;
    *space = -1;
    tjDecompressHeader3(turbo, bytes, len, w, h, &subsampling, space);
    return *w > 0 && *h > 0 && *space >= 0 ? 0 : turbo_error(turbo, err);
}

static int size(const void *bytes, size_t len, int *w, int *h, Err *err)
{
    int space;
    tjhandle turbo = tjInitDecompress();
    if (!turbo)
        return err_set(err, "out of memory");
    int rc = read_header(turbo, bytes, len, w, h, &space, err);
    tjDestroy(turbo);
    return rc;
}

/* What the segments say before decoding. */
typedef struct {
    int scans;
    int huffman;
    int adobe; /* there is an Adobe marker: CMYK is inverted */
} Survey;

static Survey survey(const void *bytes, size_t len)
{
    size_t at = 0;
    SniffPart part;
    Survey s = {0};
    while (sniff_jpeg_part(bytes, len, &at, &part) && part.type != 0xD9) {
        s.scans += part.type == 0xDA;
        s.huffman |= part.type >= 0xC0 && part.type <= 0xC2;
        s.adobe |= part.type == 0xEE && part.len >= 5 && !memcmp(part.data, "Adobe", 5);
    }
    return s;
}

/* n pixels of CMYK to RGB, in place. Adobe's files store inverted values: how much of an ink is missing. */
static void cmyk_to_rgb(unsigned char *pixels, size_t n, int inverted)
{
    const unsigned char *in = pixels, flip = inverted ? 0 : 255;
    unsigned char *out = pixels;
    for (size_t i = 0; i < n; i++, in += 4, out += 3) {
        unsigned light = in[3] ^ flip;
        for (int c = 0; c < 3; c++)
            out[c] = (unsigned char)(((in[c] ^ flip) * light + 127) / 255);
    }
}

/* The ICC profile, which is cut into segments: APP2, each with its number, from 1, and their count (ICC.1:2010, B.4).
 * NULL: there is none, or a segment is missing. The caller frees. */
static unsigned char *join_profile(const void *bytes, size_t len, size_t *profile_len)
{
    enum { MARK = 12, HEAD = MARK + 2 };
    size_t at = 0, n = 0;
    int next = 1, count = 0;
    SniffPart part;
    unsigned char *profile = NULL;
    while (next < 256 && sniff_jpeg_part(bytes, len, &at, &part) && part.type != 0xDA && part.type != 0xD9) {
        if (part.type != 0xE2 || part.len <= HEAD || memcmp(part.data, "ICC_PROFILE", MARK) != 0)
            continue;
        unsigned char *grown = part.data[MARK] == next ? realloc(profile, n + part.len - HEAD) : NULL;
        if (!grown)
            break;
        profile = grown;
        memcpy(profile + n, part.data + HEAD, part.len - HEAD);
        n += part.len - HEAD;
        count = part.data[MARK + 1];
        next++;
    }
    *profile_len = n;
    if (next == count + 1)
        return profile;
    free(profile);
    return NULL;
}

/* The decoded pixels, in place, become RGB in sRGB. Adobe's CMYK is inverted. */
static void to_srgb(const void *bytes, size_t len, unsigned char *pixels, size_t n, bool cmyk, bool adobe)
{
    size_t profile_len = 0;
    unsigned char *profile = join_profile(bytes, len, &profile_len);
    if (!cmyk && profile)
        color_to_srgb(pixels, n, 3, profile, profile_len);
    if (cmyk && !(profile && color_cmyk_to_srgb(pixels, n, adobe, profile, profile_len)))
        cmyk_to_rgb(pixels, n, adobe);
    free(profile);
}

/* The library stops at its first complaint. If that one is harmless, it is told to go on, and then reports no other: a
 * picture that is both odd and damaged may pass. */
static int decompress(tjhandle turbo, const void *bytes, size_t len, unsigned char *pixels, int w, int h,
                      int format, bool cut, Err *err)
{
    int flags = TJFLAG_LIMITSCANS;
    if (!tjDecompress2(turbo, bytes, len, pixels, w, 0, h, format, flags | TJFLAG_STOPONWARNING))
        return 0;
    if (is_harmless(turbo, cut) &&
        (!tjDecompress2(turbo, bytes, len, pixels, w, 0, h, format, flags) || is_harmless(turbo, cut)))
        return 0;
    return turbo_error(turbo, err);
}

/* The smallest number of eighths of the size that reaches the minimum. */
static void reduce(int *w, int *h, int min_w, int min_h)
{
    for (int n = 1; n < 8; n++) {
        const tjscalingfactor eighths = {n, 8};
        int smaller_w = TJSCALED(*w, eighths), smaller_h = TJSCALED(*h, eighths);
        if (smaller_w >= min_w && smaller_h >= min_h) {
            *w = smaller_w;
            *h = smaller_h;
            return;
        }
    }
}

/* What decoding aims at. */
typedef struct {
    int min_w, min_h;
    bool cut; /* the bytes end too early */
} Aim;

static int decode_by(tjhandle turbo, Image *image, const void *bytes, size_t len, Aim aim, Err *err)
{
    int w, h, space;
    if (read_header(turbo, bytes, len, &w, &h, &space, err))
        return -1;
    Survey s = survey(bytes, len);
    int64_t stored = (int64_t)w * h;
    if (s.huffman && stored / PIXELS_PER_BYTE_MAX > (int64_t)len)
        return err_set(err, "corrupt JPEG (%zu bytes cannot hold %d x %d pixels)", len, w, h);
    if (stored * s.scans > SCANNED_PIXELS_MAX)
        return err_set(err, "corrupt JPEG (%d scans of %d x %d pixels)", s.scans, w, h);
    int cmyk = space == TJCS_CMYK || space == TJCS_YCCK, format = cmyk ? TJPF_CMYK : TJPF_RGB;
    reduce(&w, &h, aim.min_w, aim.min_h);
    size_t n = (size_t)w * (size_t)h;
    unsigned char *pixels = malloc(n * (size_t)tjPixelSize[format]);
    if (!pixels)
        return err_set(err, "out of memory for %d x %d pixels", w, h);
    if (decompress(turbo, bytes, len, pixels, w, h, format, aim.cut, err)) {
        free(pixels);
        return -1;
    }
    to_srgb(bytes, len, pixels, n, cmyk, s.adobe);
    *image = cmyk ? decoder_shrink(pixels, w, h) : (Image){w, h, pixels};
    return 0;
}

static int decode_to(Image *image, const void *bytes, size_t len, Aim aim, Err *err)
{
    tjhandle turbo = tjInitDecompress();
    if (!turbo)
        return err_set(err, "out of memory");
    int rc = decode_by(turbo, image, bytes, len, aim, err);
    tjDestroy(turbo);
    return rc;
}

static int decode(Image *image, const void *bytes, size_t len, int min_w, int min_h, Err *err)
{
    return decode_to(image, bytes, len, (Aim){min_w, min_h, false}, err);
}

static int decode_cut(Image *image, const void *bytes, size_t len, int min_w, int min_h, Err *err)
{
    return decode_to(image, bytes, len, (Aim){min_w, min_h, true}, err);
}

/* The library holds the coefficients of a whole picture if they come in several scans, and a few rows if in one. */
static int64_t held(const void *bytes, size_t len, int w, int h, int min_w, int min_h)
{
    if (survey(bytes, len).scans <= 1)
        reduce(&w, &h, min_w, min_h);
    return (int64_t)w * h;
}

const Decoder decoder_jpeg = {.size = size, .decode = decode, .held = held, .decode_cut = decode_cut};
