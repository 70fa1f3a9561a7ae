/* Digests on command lines. Any thread. */
#ifndef COCO_PIPELINE_COMMON_CHECKSUM_H
#define COCO_PIPELINE_COMMON_CHECKSUM_H

#include <stdbool.h>

/* Whether the text is a SHA-256: 64 hexadecimal digits of either case. */
bool is_sha256(const char *text);

#endif
