/* WebP files made from pictures, by libwebp. Any thread. */
#ifndef COCO_IO_PICTURE_ENCODER_WEBP_H
#define COCO_IO_PICTURE_ENCODER_WEBP_H

#include "io/base/err.h"
#include "io/picture/image.h"

#include <stddef.h>

/* The picture as a lossy WebP of this quality, 0 to 100; its sides may be up to 16383. The caller frees *bytes with
 * free(). */
int encode_webp(const Image *image, int quality, unsigned char **bytes, size_t *len, Err *err);

#endif
