/* Numbers computed elsewhere (NumPy): the reference vectors of $COCO_SHARED/golden, where they are. */
#ifndef COCO_TESTS_GOLDEN_H
#define COCO_TESTS_GOLDEN_H

#include <stddef.h>

/* The path of a file below $COCO_SHARED, NULL where it is not there. Borrowed until the next call. */
const char *shared_path(const char *name);

/* The numbers at a key of golden/vectors.json, flattened in C order. 1 with *out for the caller to free;
 * 0 where there are no vectors on this machine, or none of this key. */
int golden_vector(const char *key, double **out, size_t *n);

#endif
