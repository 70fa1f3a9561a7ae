/* NumPy's .npy format, versions 1 to 3: arrays of floats as a matrix. The source: numpy/lib/format.py. Any thread. */
#ifndef COCO_IO_DATA_NPY_H
#define COCO_IO_DATA_NPY_H

#include "io/base/err.h"

#include <stddef.h>
#include <stdint.h>

/* Reads an array of float16, float32 or float64 of either byte order and either storage order. Its shape must be (n,
 * D), or have n first and one other dimension above 1, as (n, D, 1, 1): the matrix is (n, D). The caller frees *out.
 * `name` is the array's in messages. */
int npy_matrix(const void *bytes, size_t len, const char *name, float **out, int64_t *rows, int64_t *columns,
               Err *err);

#endif
