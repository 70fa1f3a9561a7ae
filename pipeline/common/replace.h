/* Whether an output may replace what is at its path. Main thread. */
#ifndef COCO_PIPELINE_COMMON_REPLACE_H
#define COCO_PIPELINE_COMMON_REPLACE_H

#include "io/base/err.h"

/* For an HDF5 file with this array: -1 if a file is there that holds anything else, as after a slip of the user's (a
 * model's name after -o). An empty file may go. */
int replace_check(const char *path, const char *array, Err *err);

#endif
