#include "io/base/checksum.h"

#include <isa-l.h>

uint64_t checksum(uint64_t before, const void *bytes, size_t len)
{
    return crc64_ecma_refl(before, bytes, len);
}
