/* What the tests of JPEG share: files of pictures with four flat quarters, made by libjpeg-turbo, and ways to patch
 * them. */
#ifndef COCO_TESTS_SUPPORT_JPEGS_H
#define COCO_TESTS_SUPPORT_JPEGS_H

#include "io/picture/image.h"

#include <stddef.h>

typedef struct {
    unsigned char *bytes; /* the tests free them */
    size_t n;
} Bytes;

/* A file of these pixels, which have a TJPF_ format, with a TJSAMP_ subsampling and TJFLAG_ flags. */
Bytes jpegs_compress(const void *pixels, int w, int h, int format, int subsampling, int flags);
/* The position of the marker's FF, from `from` on. */
size_t jpegs_find(Bytes jpeg, size_t from, unsigned marker);
/* The same file with `gone` bytes at a position replaced by n others. */
Bytes jpegs_splice(Bytes jpeg, size_t at, size_t gone, const void *put, size_t n);

/* A picture of four flat quarters, A to D: red, green / blue, white. */
Image quarters(int w, int h);
Bytes quarters_jpeg(int w, int h, int flags);
/* Fails unless these are the picture's quarters, row by row from the top left. */
void expect_quarters(const Image *image, const char *order);
/* The same for the picture in this file, and its size. */
void expect_jpeg(Bytes jpeg, int w, int h, const char *order);

#endif
