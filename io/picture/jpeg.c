#include "io/picture/jpeg.h"

#include "io/base/err.h"
#include "io/file/sniff.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <turbojpeg.h>

/* A progressive picture is gone over once a scan: 100 million pixels in 40 scans are as many as are waited for. */
static const int64_t SCANNED_PIXELS_MAX = 4000000000;
/* 64 pixels take at least one bit of a Huffman code: so many pixels can come out of a byte. */
enum { PIXELS_PER_BYTE_MAX = 512 };

/* What the library says as a line. */
static int tj_error(tjhandle tj, Err *err)
{
    static const char prefix[] = "Corrupt JPEG data: ";
    const char *why = tjGetErrorStr2(tj);
    if (strstr(why, "emory"))
        return err_set(err, "out of memory");
    if (!strncmp(why, "Unsupported", 11) || strstr(why, "colorspace") || strstr(why, "Maximum supported"))
        return err_set(err, "a JPEG of a kind that is not read here (%s)", why);
    why += strncmp(why, prefix, sizeof prefix - 1) ? 0 : sizeof prefix - 1;
    return err_set(err, "corrupt JPEG (%s)", why);
}

/* Whether the library's complaint is about nothing that is seen. */
static int is_harmless(tjhandle tj)
{
    static const char *const odd[] = {"extraneous bytes before marker", "unknown JFIF revision",
                                      "Unknown Adobe color transform", "Invalid SOS parameters"};
    if (tjGetErrorCode(tj) != TJERR_WARNING)
        return 0;
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++)
        if (strstr(tjGetErrorStr2(tj), odd[i]))
            return 1;
    return 0;
}

static tjhandle tj_begin(tjhandle tj, Err *err)
{
    if (!tj)
        err_set(err, "out of memory");
    return tj;
}

/* Its size and TJCS_ kind. The library names no subsampling that is out of the ordinary an error, but decodes it. */
static int read_header(tjhandle tj, const void *bytes, size_t len, int *w, int *h, int *space, Err *err)
{
    int subsampling;
    *w = *h = 0;
    *space = -1;
    tjDecompressHeader3(tj, bytes, len, w, h, &subsampling, space);
    return *w > 0 && *h > 0 && *space >= 0 ? 0 : tj_error(tj, err);
}

int jpeg_size(const void *bytes, size_t len, int *w, int *h, Err *err)
{
    int space;
    tjhandle tj = tj_begin(tjInitDecompress(), err);
    if (!tj)
        return -1;
    int rc = read_header(tj, bytes, len, w, h, &space, err);
    tjDestroy(tj);
    return rc;
}

/* --- decoding --- */

/* What the segments tell beforehand. */
typedef struct {
    int scans;
    int huffman;
    int adobe; /* an Adobe marker: CMYK is inverted */
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

/* The library stops at its first complaint; where that is a harmless one, it is sent all the way. It tells of no other
 * then: what is odd may be damaged as well and pass. */
static int decompress(tjhandle tj, const void *bytes, size_t len, unsigned char *pixels, int w, int h, int format,
                      Err *err)
{
    int flags = TJFLAG_LIMITSCANS;
    if (!tjDecompress2(tj, bytes, len, pixels, w, 0, h, format, flags | TJFLAG_STOPONWARNING))
        return 0;
    if (is_harmless(tj) && (!tjDecompress2(tj, bytes, len, pixels, w, 0, h, format, flags) || is_harmless(tj)))
        return 0;
    return tj_error(tj, err);
}

/* n pixels of ink to light, in the same memory. Adobe's files say how little ink there is. */
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

/* The smallest eighth that reaches the size wanted. */
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

static int decode(tjhandle tj, Image *image, const void *bytes, size_t len, int min_w, int min_h, Err *err)
{
    int w, h, space;
    if (read_header(tj, bytes, len, &w, &h, &space, err))
        return -1;
    Survey s = survey(bytes, len);
    int64_t size = (int64_t)w * h;
    if (s.huffman && size / PIXELS_PER_BYTE_MAX > (int64_t)len)
        return err_set(err, "corrupt JPEG (%zu bytes cannot hold %d x %d pixels)", len, w, h);
    if (size * s.scans > SCANNED_PIXELS_MAX)
        return err_set(err, "corrupt JPEG (%d scans of %d x %d pixels)", s.scans, w, h);
    int ink = space == TJCS_CMYK || space == TJCS_YCCK, format = ink ? TJPF_CMYK : TJPF_RGB;
    reduce(&w, &h, min_w, min_h);
    size_t n = (size_t)w * (size_t)h;
    unsigned char *pixels = malloc(n * (size_t)tjPixelSize[format]);
    if (!pixels)
        return err_set(err, "out of memory for %d x %d pixels", w, h);
    if (decompress(tj, bytes, len, pixels, w, h, format, err)) {
        free(pixels);
        return -1;
    }
    if (ink) {
        cmyk_to_rgb(pixels, n, s.adobe);
        unsigned char *less = realloc(pixels, n * 3);
        pixels = less ? less : pixels;
    }
    *image = (Image){w, h, pixels};
    return 0;
}

int jpeg_decode(Image *image, const void *bytes, size_t len, int min_w, int min_h, Err *err)
{
    memset(image, 0, sizeof *image);
    tjhandle tj = tj_begin(tjInitDecompress(), err);
    if (!tj)
        return -1;
    int rc = decode(tj, image, bytes, len, min_w, min_h, err);
    tjDestroy(tj);
    return rc;
}

/* --- encoding --- */

int jpeg_encode(const Image *image, int quality, unsigned char **bytes, size_t *len, Err *err)
{
    *bytes = NULL;
    *len = 0;
    tjhandle tj = tj_begin(tjInitCompress(), err);
    if (!tj)
        return -1;
    unsigned long room = tjBufSize(image->width, image->height, TJSAMP_420), n = room;
    unsigned char *out = room == (unsigned long)-1 ? NULL : malloc(room);
    int rc = 0;
    if (!out)
        rc = err_set(err, "no JPEG of %d x %d pixels", image->width, image->height);
    else if (tjCompress2(tj, image->rgb, image->width, 0, image->height, TJPF_RGB, &out, &n, TJSAMP_420, quality,
                         TJFLAG_NOREALLOC))
        rc = err_set(err, "JPEG: %s", tjGetErrorStr2(tj));
    tjDestroy(tj);
    if (rc) {
        free(out);
        return -1;
    }
    unsigned char *less = realloc(out, n);
    *bytes = less ? less : out;
    *len = n;
    return 0;
}
