/* Whether a picture is the same after its metadata were changed. Any thread. */
#ifndef COCO_PIPELINE_TAG_SAME_PICTURE_H
#define COCO_PIPELINE_TAG_SAME_PICTURE_H

#include "io/base/err.h"

#include <stddef.h>

/* 0: all is the same, byte by byte, but metadata: in a JPEG the segments APP1 and APP13, in a PNG the chunks of text
 * and EXIF. Of a TIFF, whose parts may stand anywhere, the pixels are compared. -1: it is not, or that cannot be
 * told. */
int same_picture(const void *before, size_t len, const void *after, size_t n, Err *err);

#endif
