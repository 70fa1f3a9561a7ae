/* Networks by name: a file, or one in the user's cache, where scripts/setup and coco-fetch put them. */
#ifndef COCO_PIPELINE_FEATURES_CNN_FIND_H
#define COCO_PIPELINE_FEATURES_CNN_FIND_H

#include "io/cnn/cnn.h"

/* Where the cache has, or would have, the network of this name: cnn/NAME.onnx below io/file/cache_dir.h's. The caller
 * frees. */
char *cnn_cache_path(const char *name, Err *err);

/* The file that `name` means: itself, if it is a path with a slash or exists; else the one in the cache. The caller
 * frees. NULL: there is none; err says how to get it. Any thread. */
char *cnn_find(const char *name, Err *err);

/* cnn_open on that file; those that the table of known networks calls tried are harmless. If it is from the cache,
 * layers that are not wished for by name are the known network's (cnn_list.h). */
Cnn *cnn_open_named(const char *name, const CnnWish *wish, Err *err);

#endif
