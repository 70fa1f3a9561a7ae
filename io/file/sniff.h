/* Recognises formats, and truncated images, by the bytes alone. Any thread. */
#ifndef COCO_IO_FILE_SNIFF_H
#define COCO_IO_FILE_SNIFF_H

#include <stddef.h>

enum { SNIFF_LEN = 512 }; /* bytes of the start, enough to recognise a format */

/* The image format: "JPEG", "PNG", "GIF", "BMP", "WebP", "TIFF", "AVIF", "HEIC", "PNM" (grey or colour, binary), "PBM",
 * "plain PNM"; NULL: not an image. A constant. */
const char *sniff_kind(const void *bytes, size_t len);
/* Whether a name ends like those of the formats that are decoded (io/picture): .jpg, .PNG, ... */
int sniff_picture_name(const char *name);
/* NULL: the bytes begin like an image; otherwise what they are instead: "empty, not an image", "an HTML page, not an
 * image", ... A constant. */
const char *sniff_not_image(const void *bytes, size_t len);
int sniff_is_jpeg(const void *bytes, size_t len);
int sniff_is_png(const void *bytes, size_t len);
int sniff_is_webp(const void *bytes, size_t len);

/* The packing format: "zip", "xz", "bzip2", "zstd", "7z", "rar"; NULL: none of them. A constant. */
const char *sniff_packing(const void *bytes, size_t len);

/* "truncated JPEG" and so on (PNG, GIF, WebP, HEIC, AVIF); NULL: not truncated, as far as can be seen without
 * decoding. A constant. */
const char *sniff_cut(const void *bytes, size_t len);

/* A segment of a JPEG, or a chunk of a PNG or a WebP. */
typedef struct {
    unsigned type; /* a JPEG's marker (0xE1 is APP1); a chunk's four letters, the first in the highest byte */
    const unsigned char *data; /* after the part's header */
    size_t len;
} SniffPart;

#define SNIFF_TYPE(a, b, c, d) ((unsigned)(a) << 24 | (unsigned)(b) << 16 | (unsigned)(c) << 8 | (unsigned)(d))

/* Reads the part at *at, which is 0 at first, and moves *at past it. 1; or 0: no further part is complete. Skips the
 * coded data between a JPEG's segments; a chunk's checksum is at data + len. */
int sniff_jpeg_part(const void *bytes, size_t len, size_t *at, SniffPart *part);
int sniff_png_part(const void *bytes, size_t len, size_t *at, SniffPart *part);
int sniff_webp_part(const void *bytes, size_t len, size_t *at, SniffPart *part);

#endif
