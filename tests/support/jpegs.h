/* What the tests of JPEG share: pictures of four flat quarters as files, made by libjpeg-turbo, to be patched. */
#ifndef COCO_TESTS_SUPPORT_JPEGS_H
#define COCO_TESTS_SUPPORT_JPEGS_H

#include "io/picture/image.h"

#include <stddef.h>

typedef struct {
    unsigned char *bytes; /* the tests free them */
    size_t n;
} Bytes;

/* Pixels of a TJPF_ format as a file of a TJSAMP_ subsampling, with TJFLAG_ flags. */
Bytes jpegs_compress(const void *pixels, int w, int h, int format, int subsampling, int flags);
/* The place of the marker's FF, behind `from`. */
size_t jpegs_find(Bytes jpeg, size_t from, unsigned marker);
/* The same with n bytes put in at a place, in place of `gone` bytes. */
Bytes jpegs_splice(Bytes jpeg, size_t at, size_t gone, const void *put, size_t n);

/* Four flat quarters, A to D: red, green / blue, white. */
Image quarters(int w, int h);
Bytes quarters_jpeg(int w, int h, int flags);
/* Fails unless the picture's quarters, from the top left by rows, are these. */
void expect_quarters(const Image *image, const char *order);
/* And of this file's picture, its size too. */
void expect_jpeg(Bytes jpeg, int w, int h, const char *order);

#endif
