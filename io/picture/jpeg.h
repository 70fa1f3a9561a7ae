/* JPEG, by libjpeg-turbo: grey, colour and CMYK, baseline and progressive, Huffman and arithmetic. Any thread. */
#ifndef COCO_IO_PICTURE_JPEG_H
#define COCO_IO_PICTURE_JPEG_H

#include "io/base/err.h"
#include "io/picture/image.h"

#include <stddef.h>

/* The size of the picture, in pixels as they are stored. */
int jpeg_size(const void *bytes, size_t len, int *w, int *h, Err *err);

/* The picture at the smallest of 1/8, 2/8, ... 8/8 of its size that is at least min_w x min_h, or else at 8/8. What is
 * damaged is refused; what only looks odd (rubbish between segments, unknown revisions) is not. The caller has
 * looked at its size before, and that its end is there. */
int jpeg_decode(Image *image, const void *bytes, size_t len, int min_w, int min_h, Err *err);

/* The picture as a JPEG of this quality, 1 to 100. The caller frees *bytes with free(). */
int jpeg_encode(const Image *image, int quality, unsigned char **bytes, size_t *len, Err *err);

#endif
