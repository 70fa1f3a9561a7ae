/* What bytes are, told by the bytes themselves and not by a name or a header. */
#ifndef COCO_IO_SNIFF_H
#define COCO_IO_SNIFF_H

#include <stddef.h>

enum { SNIFF_LEN = 512 }; /* bytes from the start that suffice */

/* NULL where the bytes begin like an image (JPEG, PNG, GIF, BMP, WebP, TIFF, AVIF, HEIC, PNM); else what they
 * are instead: "empty, not an image", "an HTML page, not an image", ... A constant. */
const char *sniff_not_image(const void *bytes, size_t len);

#endif
