/* What bytes are, and whether they are all there: told by the bytes themselves and not by a name or a header. */
#ifndef COCO_IO_FILE_SNIFF_H
#define COCO_IO_FILE_SNIFF_H

#include <stddef.h>

enum { SNIFF_LEN = 512 }; /* bytes from the start that suffice */

/* By their beginning: "JPEG", "PNG", "GIF", "BMP", "WebP", "TIFF", "AVIF", "HEIC", "PNM" (grey or colour, binary),
 * "PBM", "plain PNM"; NULL: no image. A constant. */
const char *sniff_kind(const void *bytes, size_t len);
/* NULL where the bytes begin like an image of any of these kinds; else what they are instead: "empty, not an image",
 * "an HTML page, not an image", ... A constant. */
const char *sniff_not_image(const void *bytes, size_t len);
int sniff_is_jpeg(const void *bytes, size_t len);
int sniff_is_png(const void *bytes, size_t len);

/* By their beginning: "zip", "xz", "bzip2", "zstd", "7z", "rar"; NULL: none of them. A constant. */
const char *sniff_packing(const void *bytes, size_t len);

/* NULL where the bytes are a whole image of their kind as far as can be told without decoding; else "truncated JPEG",
 * "truncated PNG", "truncated GIF". A constant. */
const char *sniff_cut(const void *bytes, size_t len);

/* What JPEG and PNG files are made of: a JPEG's segments, a PNG's chunks. */
typedef struct {
    unsigned type;             /* a JPEG's marker (0xE1 is APP1), a PNG's four letters (the first one highest) */
    const unsigned char *data; /* what the part holds, behind its head */
    size_t len;
} SniffPart;

#define SNIFF_PNG_TYPE(a, b, c, d) ((unsigned)(a) << 24 | (unsigned)(b) << 16 | (unsigned)(c) << 8 | (unsigned)(d))

/* Takes the part at *at, which is 0 at first, and moves *at behind it: 1, or 0 where no further one is whole. Coded
 * data between a JPEG's segments is passed over; a chunk's checksum stands at data + len. */
int sniff_jpeg_part(const void *bytes, size_t len, size_t *at, SniffPart *part);
int sniff_png_part(const void *bytes, size_t len, size_t *at, SniffPart *part);

#endif
