/* A caption's checksum in an attention file, by which the captions of another run are known. Any thread. */
#ifndef COCO_PIPELINE_COMMON_CAPTION_CHECKSUM_H
#define COCO_PIPELINE_COMMON_CAPTION_CHECKSUM_H

#include <stdint.h>

/* The array of them. */
#define CAPTION_CHECKSUMS "caption_checksums"

/* The low 32 bits of the CRC-64 of its UTF-8 (io/base/checksum.h). */
int32_t caption_checksum(const char *caption);

#endif
