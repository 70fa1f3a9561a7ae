/* Counter-based random numbers beside NumPy's (rng.h): Philox4x32-10 of Salmon, Moraes, Dror and Shaw (2011, "Parallel
 * random numbers: as easy as 1, 2, 3"). Each number is a pure function of where it is used, so a mask is the same on
 * any number of threads, and a resumed run needs no saved state. Any thread. */
#ifndef COCO_MODEL_PHILOX_H
#define COCO_MODEL_PHILOX_H

#include <stdint.h>

/* The block function: four words from a counter and a key. */
void philox4x32(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

/* Where a random number is used. */
typedef struct {
    uint32_t seed;
    uint32_t layer;    /* which mask: 0, 1, ... */
    int64_t iteration; /* of training */
    uint32_t row;      /* of the minibatch, independent of tiles; the caller numbers (row, step) pairs */
} PhiloxPlace;

/* The words of columns 4·block to 4·block + 3. The key is (seed, layer), the counter (block, row, iteration). */
void philox_four(PhiloxPlace place, uint32_t block, uint32_t out[4]);

/* Fills out (n) with the words of columns 0 .. n-1; column j does not depend on n. */
void philox_row(PhiloxPlace place, int n, uint32_t *out);

#endif
