/* How a camera was held when it took a picture, from the picture's EXIF data (libexif). */
#ifndef COCO_IO_PICTURE_ORIENTATION_H
#define COCO_IO_PICTURE_ORIENTATION_H

#include <stddef.h>

/* The orientation that a JPEG (APP1), a PNG (eXIf) or a WebP (EXIF) gives, 1 to 8. It says which sides of the upright
 * picture the first stored row and the first stored column are: top and left (1), top and right, bottom and right,
 * bottom and left, left and top (5), right and top, right and bottom, left and bottom. 1 if there is none, or none
 * that can be read. Any thread. */
int orientation_read(const void *bytes, size_t len);

#endif
