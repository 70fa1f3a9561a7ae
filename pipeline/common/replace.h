/* Whether an output may replace what is at its path. Main thread. */
#ifndef COCO_PIPELINE_COMMON_REPLACE_H
#define COCO_PIPELINE_COMMON_REPLACE_H

#include "io/base/err.h"

/* For an HDF5 file with this array. -1: there is an HDF5 file without it, such as a model, or a picture: what a slip on
 * the command line names ("-o *.jpg"). Any other file is replaced, as by other commands. */
int replace_check(const char *path, const char *array, Err *err);

#endif
