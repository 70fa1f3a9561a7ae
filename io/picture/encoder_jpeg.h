/* JPEG files made from pictures, by libjpeg-turbo. Any thread. */
#ifndef COCO_IO_PICTURE_ENCODER_JPEG_H
#define COCO_IO_PICTURE_ENCODER_JPEG_H

#include "io/base/err.h"
#include "io/picture/image.h"

#include <stddef.h>

/* The picture as a JPEG of this quality, 1 to 100. The caller frees *bytes with free(). */
int encode_jpeg(const Image *image, int quality, unsigned char **bytes, size_t *len, Err *err);

#endif
