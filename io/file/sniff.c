#include "io/file/sniff.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* --- formats --- */

static int begins(const unsigned char *b, size_t len, size_t at, const char *magic, size_t n)
{
    return len >= at + n && !memcmp(b + at, magic, n);
}

int sniff_is_jpeg(const void *bytes, size_t len)
{
    return begins(bytes, len, 0, "\xff\xd8\xff", 3);
}

int sniff_is_png(const void *bytes, size_t len)
{
    return begins(bytes, len, 0, "\x89PNG\r\n\x1a\n", 8);
}

int sniff_is_webp(const void *bytes, size_t len)
{
    return begins(bytes, len, 0, "RIFF", 4) && begins(bytes, len, 8, "WEBP", 4);
}

static int is_gif(const unsigned char *b, size_t len)
{
    return begins(b, len, 0, "GIF87a", 6) || begins(b, len, 0, "GIF89a", 6);
}

/* By the major brand of a file of boxes (ISO/IEC 14496-12); those that end in s or c hold a sequence beside a
 * picture. */
static const char *heif_kind(const unsigned char *brand)
{
    static const char HEIC[][5] = {"heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "hevs", "mif1", "msf1"};
    if (!memcmp(brand, "avif", 4) || !memcmp(brand, "avis", 4))
        return "AVIF";
    for (size_t i = 0; i < sizeof HEIC / sizeof *HEIC; i++)
        if (!memcmp(brand, HEIC[i], 4))
            return "HEIC";
    return NULL;
}

const char *sniff_kind(const void *bytes, size_t len)
{
    const unsigned char *b = bytes;
    if (sniff_is_jpeg(b, len))
        return "JPEG";
    if (sniff_is_png(b, len))
        return "PNG";
    if (is_gif(b, len))
        return "GIF";
    if (sniff_is_webp(b, len))
        return "WebP";
    if (begins(b, len, 0, "II*\0", 4) || begins(b, len, 0, "MM\0*", 4) || begins(b, len, 0, "II+\0", 4) ||
        begins(b, len, 0, "MM\0+", 4)) /* the plus: BigTIFF */
        return "TIFF";
    /* BMP: the size of its header is at 14; known sizes are 12 and 40 to 124. */
    if (begins(b, len, 0, "BM", 2) && len > 17 && b[14] >= 12 && b[14] <= 124 && !b[15] && !b[16] && !b[17])
        return "BMP";
    if (begins(b, len, 4, "ftyp", 4) && len >= 12)
        return heif_kind(b + 8);
    if (len > 2 && b[0] == 'P' && b[1] >= '1' && b[1] <= '6' && isspace(b[2]))
        return b[1] == '1' || b[1] == '4' ? "PBM" : b[1] == '2' || b[1] == '3' ? "plain PNM" : "PNM";
    return NULL;
}

int sniff_picture_name(const char *name)
{
    static const char *const SUFFIXES[] = {"jpg", "jpeg", "jpe",  "png",  "gif",  "bmp", "pnm", "ppm",
                                           "pgm", "webp", "heic", "heif", "avif", "tif", "tiff"};
    const char *dot = strrchr(name, '.');
    for (size_t i = 0; dot && i < sizeof SUFFIXES / sizeof *SUFFIXES; i++)
        if (!strcasecmp(dot + 1, SUFFIXES[i]))
            return 1;
    return 0;
}

const char *sniff_packing(const void *bytes, size_t len)
{
    static const struct {
        const char *magic, *name;
    } KNOWN[] = {{"PK\3\4", "zip"},
                 {"\xFD"
                  "7zXZ",
                  "xz"},
                 {"BZh", "bzip2"},
                 {"\x28\xB5\x2F\xFD", "zstd"},
                 {"7z\xBC\xAF", "7z"},
                 {"Rar!", "rar"}};
    for (size_t i = 0; i < sizeof KNOWN / sizeof *KNOWN; i++)
        if (begins(bytes, len, 0, KNOWN[i].magic, strlen(KNOWN[i].magic)))
            return KNOWN[i].name;
    return NULL;
}

/* Whether the text begins with the tag, ignoring case. */
static int opens_with(const char *text, size_t len, const char *tag)
{
    size_t n = strlen(tag);
    return len >= n && !strncasecmp(text, tag, n);
}

const char *sniff_not_image(const void *bytes, size_t len)
{
    const char *s = bytes, *end = s + len;
    if (len == 0)
        return "empty, not an image";
    if (sniff_kind(bytes, len))
        return NULL;
    if (opens_with(s, len, "\xef\xbb\xbf")) /* byte order mark */
        s += 3;
    while (s < end && isspace((unsigned char)*s))
        s++;
    if (s == end || *s != '<')
        return "not an image";
    len = (size_t)(end - s);
    if (opens_with(s, len, "<!doctype html") || opens_with(s, len, "<html") || opens_with(s, len, "<head") ||
        opens_with(s, len, "<body") || opens_with(s, len, "<!--") || opens_with(s, len, "<title") ||
        opens_with(s, len, "<script") || memmem(s, len, "<html", 5))
        return "an HTML page, not an image";
    return "XML or other markup, not an image";
}

/* --- parts --- */

/* SOI; segments, each with its length; after SOS, coded data up to the next marker that is neither stuffing (FF00)
 * nor a restart (FFD0 to FFD7); at last EOI. ITU-T T.81, B.1. Rubbish between segments is skipped, as decoders do. */
int sniff_jpeg_part(const void *bytes, size_t len, size_t *at, SniffPart *part)
{
    const unsigned char *b = bytes, *end = b + len, *p = *at < len ? b + *at : end;
    while ((p = memchr(p, 0xFF, (size_t)(end - p))) && end - p >= 2) {
        unsigned marker = p[1];
        if (marker == 0xFF) {
            p++;
        } else if (marker <= 1 || (marker >= 0xD0 && marker <= 0xD8)) {
            p += 2;
        } else {
            int bare = marker == 0xD9;
            size_t n = bare ? 0 : end - p < 4 ? 0 : (size_t)p[2] << 8 | p[3];
            if (!bare && (n < 2 || n > (size_t)(end - p) - 2))
                return 0;
            *part = bare ? (SniffPart){marker, p + 2, 0} : (SniffPart){marker, p + 4, n - 2};
            *at = (size_t)(p - b) + 2 + n;
            return 1;
        }
    }
    return 0;
}

static unsigned big32(const unsigned char *b)
{
    return (unsigned)b[0] << 24 | (unsigned)b[1] << 16 | (unsigned)b[2] << 8 | b[3];
}

int sniff_png_part(const void *bytes, size_t len, size_t *at, SniffPart *part)
{
    const unsigned char *b = bytes;
    size_t i = *at ? *at : 8;
    if (len < 12 || i > len - 12 || big32(b + i) > len - 12 - i)
        return 0;
    *part = (SniffPart){big32(b + i + 4), b + i + 8, big32(b + i)};
    *at = i + 12 + part->len;
    return 1;
}

static size_t little32(const unsigned char *b)
{
    return (size_t)b[0] | (size_t)b[1] << 8 | (size_t)b[2] << 16 | (size_t)b[3] << 24;
}

int sniff_webp_part(const void *bytes, size_t len, size_t *at, SniffPart *part)
{
    const unsigned char *b = bytes;
    size_t i = *at ? *at : 12;
    if (len < 8 || i > len - 8 || little32(b + i + 4) > len - 8 - i)
        return 0;
    *part = (SniffPart){big32(b + i), b + i + 8, little32(b + i + 4)};
    *at = i + 8 + part->len + (part->len & 1);
    return 1;
}

/* --- truncation --- */

/* Boxes, each with its length; 1: 64 bits follow; 0: it goes to the end. What is not a box is left for the decoder to
 * judge. */
static int heif_is_whole(const unsigned char *b, size_t len)
{
    size_t at = 0;
    while (len - at >= 8) {
        size_t n = big32(b + at);
        if (n == 1 && len - at >= 16)
            n = (size_t)big32(b + at + 8) << 32 | big32(b + at + 12);
        if (n < 8)
            return 1;
        if (n > len - at)
            return 0;
        at += n;
    }
    return 1;
}

/* A GIF consists of blocks, each with sub-blocks up to one of length 0, and a trailer. Some writers omit the trailer,
 * which does no harm after a complete block. Anything that is not a block is left for the decoder to judge. */
static int gif_is_whole(const unsigned char *b, size_t len)
{
    if (len < 13)
        return 0;
    size_t i = 13 + (b[10] & 0x80 ? (size_t)6 << (b[10] & 7) : 0);
    int images = 0;
    while (i < len) {
        if (b[i] == 0x2C) { /* an image, with its own palette perhaps */
            if (len - i < 11)
                return 0;
            i += 11 + (b[i + 9] & 0x80 ? (size_t)6 << (b[i + 9] & 7) : 0);
            images++;
        } else if (b[i] == 0x21) { /* an extension */
            i += 2;
        } else {
            return 1;
        }
        while (i < len && b[i])
            i += 1 + b[i];
        if (i++ >= len)
            return 0;
    }
    return i == len && images;
}

const char *sniff_cut(const void *bytes, size_t len)
{
    size_t at = 0;
    SniffPart part;
    if (sniff_is_jpeg(bytes, len)) {
        const unsigned char *b = bytes;
        if (b[len - 2] == 0xFF && b[len - 1] == 0xD9) /* nearly always; some have bytes after their end */
            return NULL;
        while (sniff_jpeg_part(bytes, len, &at, &part))
            if (part.type == 0xD9)
                return NULL;
        return "truncated JPEG";
    }
    if (sniff_is_png(bytes, len)) {
        while (sniff_png_part(bytes, len, &at, &part))
            if (part.type == SNIFF_TYPE('I', 'E', 'N', 'D'))
                return NULL;
        return "truncated PNG";
    }
    if (sniff_is_webp(bytes, len))
        return little32((const unsigned char *)bytes + 4) > len - 8 ? "truncated WebP" : NULL;
    if (is_gif(bytes, len))
        return gif_is_whole(bytes, len) ? NULL : "truncated GIF";
    const char *kind = begins(bytes, len, 4, "ftyp", 4) ? sniff_kind(bytes, len) : NULL;
    if (!kind || heif_is_whole(bytes, len))
        return NULL;
    return *kind == 'A' ? "truncated AVIF" : "truncated HEIC";
}
