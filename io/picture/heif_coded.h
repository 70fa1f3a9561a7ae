/* How large the pictures in a HEIF file are coded, whatever the file says of them elsewhere (`ispe`). A decoder takes
 * memory for what is coded; libheif tells that size only once it is decoded. */
#ifndef COCO_IO_PICTURE_HEIF_CODED_H
#define COCO_IO_PICTURE_HEIF_CODED_H

#include <stddef.h>
#include <stdint.h>

/* The pixels of the largest picture in the file that is coded as HEVC or AV1 or made of such ones, whether it belongs
 * to the primary picture or not; 0: none is found. INT64_MAX: the items share bytes beyond measure, or there is no
 * memory to read them. Any thread. */
int64_t heif_coded_pixels(const void *bytes, size_t len);

#endif
