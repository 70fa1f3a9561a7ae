/* Counter-based random numbers beside NumPy's (rng.h): Philox4x32-10 of Salmon, Moraes, Dror and Shaw (2011, "Parallel
 * random numbers: as easy as 1, 2, 3"). A number is a pure function of where it is used, so that a mask is the same on
 * any number of threads, and a resumed run needs no state. Any thread. */
#ifndef COCO_MODEL_PHILOX_H
#define COCO_MODEL_PHILOX_H

#include <stdint.h>

/* Four words from a counter and a key: the block function. */
void philox4x32(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

/* Where a random number is used. */
typedef struct {
    uint32_t seed;
    uint32_t layer;    /* tells uses apart: 0, 1, ... */
    int64_t iteration; /* of training */
    uint32_t row;      /* of the minibatch, whatever tile it lies in; of (row, step) grids the caller's numbering */
} PhiloxPlace;

/* out (n): words for columns 0 .. n-1 of the place; column j is the same for any n. Key: seed, layer; counter:
 * column / 4, row, iteration. */
void philox_row(PhiloxPlace place, int n, uint32_t *out);

#endif
