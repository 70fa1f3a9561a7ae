#include "model/base/rng.h"

#include <math.h>

enum { N = RNG_WORDS, M = 397 };

void rng_seed(Rng *rng, uint32_t seed)
{
    for (int i = 0; i < N; i++) {
        rng->key[i] = seed;
        seed = 1812433253u * (seed ^ (seed >> 30)) + (uint32_t)i + 1;
    }
    rng->pos = N;
    rng->has_gauss = 0;
    rng->gauss = 0.0;
}

/* init_by_array of the Mersenne Twister's authors. */
void rng_seed_array(Rng *rng, const uint32_t *key, int n)
{
    uint32_t *mt = rng->key;
    rng_seed(rng, 19650218u);
    int i = 1, j = 0;
    for (int k = N > n ? N : n; k; k--) {
        mt[i] = (mt[i] ^ ((mt[i - 1] ^ (mt[i - 1] >> 30)) * 1664525u)) + key[j] + (uint32_t)j;
        if (++i >= N)
            mt[0] = mt[N - 1], i = 1;
        if (++j >= n)
            j = 0;
    }
    for (int k = N - 1; k; k--) {
        mt[i] = (mt[i] ^ ((mt[i - 1] ^ (mt[i - 1] >> 30)) * 1566083941u)) - (uint32_t)i;
        if (++i >= N)
            mt[0] = mt[N - 1], i = 1;
    }
    mt[0] = 0x80000000u;
}

static void next_words(Rng *rng)
{
    uint32_t *mt = rng->key;
    for (int k = 0; k < N; k++) {
        uint32_t y = (mt[k] & 0x80000000u) | (mt[(k + 1) % N] & 0x7fffffffu);
        mt[k] = mt[(k + M) % N] ^ (y >> 1) ^ ((y & 1u) ? 0x9908b0dfu : 0u);
    }
    rng->pos = 0;
}

uint32_t rng_u32(Rng *rng)
{
    if (rng->pos >= N)
        next_words(rng);
    uint32_t y = rng->key[rng->pos++];
    y ^= y >> 11;
    y ^= (y << 7) & 0x9d2c5680u;
    y ^= (y << 15) & 0xefc60000u;
    return y ^ (y >> 18);
}

double rng_rand(Rng *rng)
{
    uint32_t a = rng_u32(rng) >> 5, b = rng_u32(rng) >> 6;
    return (a * 67108864.0 + b) / 9007199254740992.0;
}

double rng_randn(Rng *rng)
{
    double x1, x2, r2;
    if (rng->has_gauss) {
        rng->has_gauss = 0;
        return rng->gauss;
    }
    do {
        x1 = 2.0 * rng_rand(rng) - 1.0;
        x2 = 2.0 * rng_rand(rng) - 1.0;
        r2 = x1 * x1 + x2 * x2;
    } while (r2 >= 1.0 || r2 == 0.0);
    double f = sqrt(-2.0 * log(r2) / r2);
    rng->gauss = f * x1;
    rng->has_gauss = 1;
    return f * x2;
}

/* Uniform over 0 .. max: words masked to the next power of two, until one fits. */
static uint32_t bounded(Rng *rng, uint32_t max)
{
    uint32_t mask = max, word;
    if (max == 0)
        return 0;
    mask |= mask >> 1;
    mask |= mask >> 2;
    mask |= mask >> 4;
    mask |= mask >> 8;
    mask |= mask >> 16;
    do
        word = rng_u32(rng) & mask;
    while (word > max);
    return word;
}

int64_t rng_randint(Rng *rng, int64_t n)
{
    return bounded(rng, (uint32_t)(n - 1));
}

void rng_permutation(Rng *rng, int64_t n, int64_t *out)
{
    for (int64_t i = 0; i < n; i++)
        out[i] = i;
    for (int64_t i = n - 1; i > 0; i--) {
        int64_t j = bounded(rng, (uint32_t)i), kept = out[i];
        out[i] = out[j];
        out[j] = kept;
    }
}
