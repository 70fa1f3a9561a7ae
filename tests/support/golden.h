/* Reference numbers computed with NumPy. tests/golden belongs to the repository; larger files are read from
 * $COCO_SHARED (default ../shared), if it exists. Paths are relative to the top directory, where tests/run starts the
 * programs. */
#ifndef COCO_TESTS_GOLDEN_H
#define COCO_TESTS_GOLDEN_H

#include <stddef.h>

/* The path of tests/golden/NAME; fails the test if the file is missing. Borrowed until the next call. */
const char *golden_path(const char *name);

/* The path of $COCO_SHARED/NAME, or NULL if the file is missing. Borrowed until the next call. */
const char *shared_path(const char *name);

/* The values at a key of tests/golden/vectors.json, flattened in C order; the caller frees *out. Fails the test if the
 * file or the key is missing. */
void golden_vector(const char *key, double **out, size_t *n);
/* The same from another file of tests/golden. */
void golden_vector_of(const char *file, const char *key, double **out, size_t *n);

#endif
