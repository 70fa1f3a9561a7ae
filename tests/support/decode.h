/* Decoding as most tests want it: a picture that is cut off is refused. */
#ifndef COCO_TESTS_SUPPORT_DECODE_H
#define COCO_TESTS_SUPPORT_DECODE_H

#include "io/base/err.h"
#include "io/picture/image.h"

/* At its own size. */
static inline int decode_whole(Image *image, const void *bytes, size_t len, Err *err)
{
    return image_decode(image, bytes, len, &(ImageWish){.box_w = 0}, NULL, err);
}

/* Reduced or enlarged to fill a box. */
static inline int decode_fit(Image *image, const void *bytes, size_t len, int box_w, int box_h, Err *err)
{
    return image_decode(image, bytes, len, &(ImageWish){.box_w = box_w, .box_h = box_h, .enlarge = true}, NULL,
                        err);
}

#endif
