/* A square of numbers in LANES vectors, its rows made columns: squares of half the side change places, then those of a
 * quarter of the side in each of them, and so on down to single numbers. */
#ifndef COCO_MODEL_SIMD_TRANSPOSE_H
#define COCO_MODEL_SIMD_TRANSPOSE_H

#include "model/simd/vec.h"

/* index(s, 0), index(s, 1), ... for each lane. */
#define TWO_LANES(index, s, l) index(s, l), index(s, (l) + 1)
#define FOUR_LANES(index, s, l) TWO_LANES(index, s, l), TWO_LANES(index, s, (l) + 2)
#define EIGHT_LANES(index, s, l) FOUR_LANES(index, s, l), FOUR_LANES(index, s, (l) + 4)
#if defined __AVX512F__ && !defined REAL_IS_DOUBLE
#define ALL_LANES(index, s) EIGHT_LANES(index, s, 0), EIGHT_LANES(index, s, 8)
#elif defined __AVX512F__ || (defined __AVX2__ && !defined REAL_IS_DOUBLE)
#define ALL_LANES(index, s) EIGHT_LANES(index, s, 0)
#elif defined __AVX2__ || !defined REAL_IS_DOUBLE
#define ALL_LANES(index, s) FOUR_LANES(index, s, 0)
#else
#define ALL_LANES(index, s) TWO_LANES(index, s, 0)
#endif

/* Of two rows that are s apart, in squares of 2s: which lane of both, one after the other, goes to lane l of the upper
 * and of the lower one. */
#define UPPER_LANE(s, l) ((l) & (s) ? LANES + (l) - (s) : (l))
#define LOWER_LANE(s, l) ((l) & (s) ? LANES + (l) : (l) + (s))

#define SWAP_SQUARES(row, s) \
    UNROLLED for (int r = 0; r < LANES; r++) if (s < LANES && !(r & s)) \
    { \
        __typeof__((row)[0]) upper = (row)[r], lower = (row)[r + s]; \
        (row)[r] = __builtin_shufflevector(upper, lower, ALL_LANES(UPPER_LANE, s)); \
        (row)[r + s] = __builtin_shufflevector(upper, lower, ALL_LANES(LOWER_LANE, s)); \
    }

#define TRANSPOSE(row) \
    do { \
        SWAP_SQUARES(row, (LANES / 2)) \
        SWAP_SQUARES(row, (LANES / 4 ? LANES / 4 : LANES)) \
        SWAP_SQUARES(row, (LANES / 8 ? LANES / 8 : LANES)) \
        SWAP_SQUARES(row, (LANES / 16 ? LANES / 16 : LANES)) \
    } while (0)

#endif
