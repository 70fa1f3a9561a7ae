#include "io/base/half.h"

#include <string.h>

uint16_t half_of(float x)
{
    uint32_t bits, sign;
    memcpy(&bits, &x, sizeof bits);
    sign = bits >> 16 & 0x8000;
    bits &= 0x7fffffff;
    if (bits > 0x7f800000)
        return (uint16_t)(sign | 0x7e00); /* NaN */
    if (bits >= 0x477ff000)
        return (uint16_t)(sign | 0x7c00); /* 65520 and more: infinity */
    uint32_t shift = 13, value = bits - ((127 - 15) << 23);
    if (bits < 0x38800000) { /* below 2^-14: a multiple of 2^-24 */
        shift = 126 - (bits >> 23);
        value = (bits & 0x7fffff) | 0x800000;
        if (shift > 24)
            return (uint16_t)sign;
    }
    uint32_t rest = value & ((1u << shift) - 1), half = 1u << (shift - 1);
    value >>= shift;
    return (uint16_t)(sign | (value + (rest > half || (rest == half && value & 1))));
}

bool half_floats(size_t n, const void *halves, float *out)
{
    const char *from = halves;
    uint32_t odd = 0;
    for (size_t i = 0; i < n; i++) {
        uint16_t half;
        uint32_t bits;
        float x;
        memcpy(&half, from + 2 * i, sizeof half);
        odd |= (half & 0x7c00) == 0x7c00;
        /* The exponent's bias is 15, not 127; the product is exact, for numbers below 2^-14 too. */
        bits = (uint32_t)(half & 0x7fff) << 13;
        memcpy(&x, &bits, sizeof x);
        x *= 0x1p112f;
        memcpy(&bits, &x, sizeof bits);
        bits |= (uint32_t)(half & 0x8000) << 16;
        memcpy(out + i, &bits, sizeof bits);
    }
    return !odd;
}
