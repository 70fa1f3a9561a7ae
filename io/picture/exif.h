/* What a camera notes in a picture (EXIF), by libexif: how it was held. */
#ifndef COCO_IO_PICTURE_EXIF_H
#define COCO_IO_PICTURE_EXIF_H

#include <stddef.h>

/* The orientation that a JPEG (APP1) or a PNG (eXIf) says, 1 to 8: what stands in the picture's first row and column
 * is its top and left (1), top and right, bottom and right, bottom and left, left and top (5), right and top, right and
 * bottom, left and bottom. 1 where it says nothing, or nothing that can be read. Any thread. */
int exif_orientation(const void *bytes, size_t len);

#endif
