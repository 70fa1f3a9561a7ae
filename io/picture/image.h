/* Pictures from bytes: decoding (JPEG, PNG, GIF, BMP, ... by their content, not their name) and scaling.
 *
 * The caller owns an Image and frees it with image_free. Safe from any thread. */
#ifndef COCO_IO_PICTURE_IMAGE_H
#define COCO_IO_PICTURE_IMAGE_H

#include "io/base/err.h"

#include <stddef.h>

enum { IMAGE_PIXELS_MAX = 100000000, IMAGE_FILE_MAX = 256 << 20 }; /* bytes */

typedef struct {
    int width, height;
    unsigned char *rgb; /* (height, width, 3), rows from the top, no padding between rows */
} Image;

/* The picture, upright (EXIF). Alpha is laid over white; grey, palette and CMYK become RGB; 16 bits become 8. Pictures
 * above 100 million pixels, or a million on a side, are refused before they are decoded; so are truncated ones. err
 * says why ("truncated JPEG", "not an image"). */
int image_decode(Image *image, const void *bytes, size_t len, Err *err);
/* The same, fitted into box_w x box_h with its aspect kept, smaller or larger than it was; no more of its pixels are
 * decoded than that needs. */
int image_decode_fit(Image *image, const void *bytes, size_t len, int box_w, int box_h, Err *err);
/* The same, but never larger than it was. */
int image_decode_within(Image *image, const void *bytes, size_t len, int box_w, int box_h, Err *err);
void image_free(Image *image); /* legal on a zeroed one */

/* The largest size with the image's aspect that fits into box_w x box_h, at least 1x1. */
void image_fit(const Image *image, int box_w, int box_h, int *w, int *h);
/* The image at another size. */
int image_scale(Image *out, const Image *in, int w, int h, Err *err);

#endif
