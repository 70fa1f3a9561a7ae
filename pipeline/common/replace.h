/* Whether an output may replace what is at its path. Main thread. */
#ifndef COCO_PIPELINE_COMMON_REPLACE_H
#define COCO_PIPELINE_COMMON_REPLACE_H

#include "io/base/err.h"

/* For an HDF5 file with this array. -1: there is an HDF5 file without it, such as a model, or a file that is not named
 * as one: what a slip on the command line names ("-o *.jpg"). */
int replace_check(const char *path, const char *array, Err *err);
/* For any output; NULL and "-" are none. -1: it is one of the n files that are read. */
int replace_check_inputs(const char *path, const char *const *inputs, int n, Err *err);

#endif
