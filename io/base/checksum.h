/* CRC-64 as xz has it (ECMA-182's polynomial, reflected), from isa-l: several gigabytes a second. Any thread.
 *
 * It recognises bytes that have changed, by accident or by work on them. Who means to deceive can keep it: see
 * digest.h. */
#ifndef COCO_IO_BASE_CHECKSUM_H
#define COCO_IO_BASE_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

/* Of bytes that follow others whose checksum is `before`; 0: none do. */
uint64_t checksum(uint64_t before, const void *bytes, size_t len);

#endif
