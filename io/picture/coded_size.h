/* The sizes that coded pictures declare: a decoder makes room for them before it has seen a pixel. No library: what the
 * decoders' libraries offer comes only with the pixels.
 *
 * All return pixels, 0 where no size is declared or what is there makes no sense. Any thread. */
#ifndef COCO_IO_PICTURE_CODED_SIZE_H
#define COCO_IO_PICTURE_CODED_SIZE_H

#include <stddef.h>
#include <stdint.h>

/* A NAL unit of HEVC: the size in a sequence parameter set (ITU-T H.265, 7.3.2.2), 0 for units of other types. */
int64_t hevc_unit_pixels(const uint8_t *unit, size_t len);
/* NAL units, each after its length in four bytes: the largest of them. */
int64_t hevc_coded_pixels(const uint8_t *units, size_t len);
/* Open bitstream units of AV1: the largest frame that a sequence header allows (AV1 specification, 5.5.1). */
int64_t av1_coded_pixels(const uint8_t *units, size_t len);

#endif
