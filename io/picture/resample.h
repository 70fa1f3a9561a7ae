/* Pictures at another size exactly as Pillow makes them: the bicubic with antialiasing that networks are trained with.
 *
 * image_scale (image.h) is better for the eye, as it averages light; this one gives Pillow's bytes. Any thread. */
#ifndef COCO_IO_PICTURE_RESAMPLE_H
#define COCO_IO_PICTURE_RESAMPLE_H

#include "io/base/err.h"
#include "io/picture/image.h"

/* `in` at w x h pixels, its aspect ratio given up, in new memory: the bytes of Image.resize((w, h), Image.BICUBIC).
 * -1: out of memory, or w or h below 1 or together above IMAGE_PIXELS_MAX; *out is zeroed. */
int image_resample(Image *out, const Image *in, int w, int h, Err *err);

#endif
