/* Pictures from bytes: decoded (JPEG, PNG, WebP, HEIC, AVIF, TIFF, GIF, BMP, PGM and PPM, recognised by
 * content, not by name) and scaled.
 *
 * The caller owns an Image and frees it with image_free. Safe from any thread. */
#ifndef COCO_IO_PICTURE_IMAGE_H
#define COCO_IO_PICTURE_IMAGE_H

#include "io/base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    IMAGE_PIXELS_MAX = 100000000, /* pixels in memory, unless an ImageWish says otherwise */
    IMAGE_FILE_MAX = 256 << 20    /* bytes of a file */
};

typedef struct {
    int width, height;
    unsigned char *rgb; /* (height, width, 3), rows from the top, no padding between rows */
} Image;

/* How a picture is wanted; zeroed: at its own size, whole or not at all. */
typedef struct {
    int box_w, box_h; /* reduced to fit into this box with its aspect ratio kept; 0 x 0: its own size */
    bool enlarge;     /* a picture smaller than the box is enlarged to fill it */
    int least_w,
        least_h; /* without a box: a size of at least this will do, if it is cheaper to decode; 0 x 0: none does */
    int64_t max_pixels; /* that may be held in memory; 0: IMAGE_PIXELS_MAX */
    bool draw_cut;      /* a JPEG that ends too early is decoded as far as it goes, not refused */
} ImageWish;

/* What became of a picture. */
typedef enum {
    IMAGE_WHOLE,
    IMAGE_CUT,         /* it ends too early: drawn as far as it goes, or refused */
    IMAGE_NOT_ONE,     /* the bytes are something else */
    IMAGE_UNSUPPORTED, /* a format that is not decoded */
    IMAGE_TOO_LARGE,   /* more pixels than are allowed */
    IMAGE_UNDECODED    /* damaged, or out of memory */
} ImageState;

/* The picture as wished, turned upright (EXIF). Alpha is laid over white; grey, palettes and CMYK become RGB; 16 bits
 * become 8; colours that an ICC profile explains become sRGB. Of several pictures or frames it is the first. No more
 * is decoded than the wished size needs. Pictures of more than max_pixels in memory (stored: ten times as many), or
 * more than a million on a side, are refused before they are decoded. `state` may be NULL. -1: err says why
 * ("truncated JPEG", "not an image"), and *image is zeroed. */
int image_decode(Image *image, const void *bytes, size_t len, const ImageWish *wish, ImageState *state, Err *err);
void image_free(Image *image); /* safe on a zero-initialized one */

/* The largest size of the image's aspect ratio that fits into box_w x box_h, at least 1x1. The image must have
 * pixels. */
void image_fit(const Image *image, int box_w, int box_h, int *w, int *h);
/* The image at another size, in new memory; the caller frees both. w and h are from 1, with at most IMAGE_PIXELS_MAX
 * pixels. -1: *out, which must not be *in, is zeroed. */
int image_scale(Image *out, const Image *in, int w, int h, Err *err);

#endif
