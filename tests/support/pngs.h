/* Small PNG files, put together chunk by chunk. */
#ifndef COCO_TESTS_SUPPORT_PNGS_H
#define COCO_TESTS_SUPPORT_PNGS_H

#include <stdbool.h>
#include <stddef.h>

typedef struct {
    unsigned char bytes[4096];
    size_t n;
} PngBytes;

typedef struct {
    const void *bytes;
    size_t n;
} PngData;
/* The bytes of a string literal, without its NUL. */
#define PNG_DATA(text) \
    { \
        text, sizeof(text) - 1 \
    }

typedef struct {
    unsigned w, h;
    int depth, type, interlace; /* as IHDR has them */
    PngData plte, trns;         /* empty: no such chunk */
    PngData rows;               /* each a filter type and its samples; stored in a zlib stream, uncompressed */
    bool wrong_adler;           /* the stream ends in a wrong checksum */
} PngParts;

PngBytes pngs_make(const PngParts *parts);
/* The same file with a chunk put in at a position: after IHDR is position PNGS_AFTER_IHDR. */
enum { PNGS_AFTER_IHDR = 33 };
PngBytes pngs_with_chunk(const PngBytes *png, size_t at, const char *type, PngData data);

#endif
