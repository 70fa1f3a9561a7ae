/* The checksum of PNG's chunks, by its definition. */
#ifndef COCO_TESTS_SUPPORT_CRC_H
#define COCO_TESTS_SUPPORT_CRC_H

#include <stddef.h>
#include <stdint.h>

static inline uint32_t crc_of(const void *bytes, size_t n)
{
    const unsigned char *b = bytes;
    uint32_t c = ~0u;
    for (size_t i = 0; i < n; i++) {
        c ^= b[i];
        for (int k = 0; k < 8; k++)
            c = c & 1 ? 0xEDB88320u ^ c >> 1 : c >> 1;
    }
    return ~c;
}

#endif
