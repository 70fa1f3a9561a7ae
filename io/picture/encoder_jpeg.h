/* JPEG files made from pictures, by libjpeg-turbo. Any thread. */
#ifndef COCO_IO_PICTURE_ENCODER_JPEG_H
#define COCO_IO_PICTURE_ENCODER_JPEG_H

#include "io/base/err.h"
#include "io/picture/image.h"

#include <stdbool.h>
#include <stddef.h>

/* The picture as a JPEG of this quality, 1 to 100; `sharp`: colours are not stored at half the resolution, which blurs
 * coloured text. The caller frees *bytes with free(). */
int encode_jpeg(const Image *image, int quality, bool sharp, unsigned char **bytes, size_t *len, Err *err);
/* Notes the pixels per inch in such a JPEG; 0: nothing is noted. */
void jpeg_note_dpi(unsigned char *bytes, size_t len, double dpi);

#endif
