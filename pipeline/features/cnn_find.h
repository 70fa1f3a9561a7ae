/* Networks by name: a file, or one in the user's cache, cnn/NAME.onnx. Any thread. */
#ifndef COCO_PIPELINE_FEATURES_CNN_FIND_H
#define COCO_PIPELINE_FEATURES_CNN_FIND_H

#include "io/base/err.h"

/* The file that `name` means: itself, if it is a path with a slash or exists; else the one in the cache. The caller frees. NULL:
 * there is none. */
char *cnn_find(const char *name, Err *err);

#endif
