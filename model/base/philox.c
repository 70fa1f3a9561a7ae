#include "model/base/philox.h"

void philox4x32(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4])
{
    enum { ROUNDS = 10 };
    const uint64_t m0 = 0xD2511F53, m1 = 0xCD9E8D57;
    const uint32_t w0 = 0x9E3779B9, w1 = 0xBB67AE85; /* the golden ratio; √3 - 1 */
    uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3], k0 = key[0], k1 = key[1];
    for (int i = 0; i < ROUNDS; i++, k0 += w0, k1 += w1) {
        uint64_t p0 = m0 * c0, p1 = m1 * c2;
        uint32_t n0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0, n2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
        c0 = n0, c1 = (uint32_t)p1, c2 = n2, c3 = (uint32_t)p0;
    }
    out[0] = c0, out[1] = c1, out[2] = c2, out[3] = c3;
}

void philox_four(PhiloxPlace place, uint32_t block, uint32_t out[4])
{
    const uint32_t key[2] = {place.seed, place.layer};
    uint64_t iteration = (uint64_t)place.iteration;
    philox4x32((uint32_t[4]){block, place.row, (uint32_t)iteration, (uint32_t)(iteration >> 32)}, key, out);
}

void philox_row(PhiloxPlace place, int n, uint32_t *out)
{
    for (int j = 0; j < n; j += 4) {
        uint32_t four[4];
        philox_four(place, (uint32_t)j / 4, four);
        for (int k = 0; k < 4 && j + k < n; k++)
            out[j + k] = four[k];
    }
}
