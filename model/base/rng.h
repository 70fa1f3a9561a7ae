/* NumPy's legacy random numbers (numpy.random.RandomState), bit for bit: the Mersenne Twister MT19937 of
 * Matsumoto and Nishimura (1998) and the derived draws in the form that NumPy froze in NEP 19. A seed of
 * the course gives the course's numbers.
 *
 * An Rng is a plain value: copy it to keep or restore the state. One thread at a time per Rng. */
#ifndef COCO_MODEL_RNG_H
#define COCO_MODEL_RNG_H

#include <stdint.h>

enum { RNG_WORDS = 624 };

typedef struct {
    uint32_t key[RNG_WORDS];
    int32_t pos;       /* words of key already used, up to RNG_WORDS */
    int32_t has_gauss; /* a second normal deviate is stored */
    double gauss;
} Rng;

void rng_seed(Rng *rng, uint32_t seed);                    /* RandomState(seed) */
void rng_seed_array(Rng *rng, const uint32_t *key, int n); /* RandomState([key, ...]) */
uint32_t rng_u32(Rng *rng);                                /* uniform over 32 bits */
double rng_rand(Rng *rng);                                 /* rand(): [0, 1), 53 bits */
double rng_randn(Rng *rng);                                /* randn(): normal, polar method */
/* randint(n), and choice(n) with replacement: uniform over 0 .. n-1, 1 <= n <= 2^32. */
int64_t rng_randint(Rng *rng, int64_t n);
/* permutation(n), into out (n); n <= 2^32. */
void rng_permutation(Rng *rng, int64_t n, int64_t *out);

#endif
