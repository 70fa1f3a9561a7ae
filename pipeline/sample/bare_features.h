/* A features file without a dataset: its rows, their images' names if it has them, and where it comes from. Main
 * thread. */
#ifndef COCO_PIPELINE_SAMPLE_BARE_FEATURES_H
#define COCO_PIPELINE_SAMPLE_BARE_FEATURES_H

#include "io/data/dataset.h"
#include "pipeline/model_file/model.h"

#include <stdbool.h>

/* Fills data's features, and its files: the lines of `names`, or, if it is NULL, the array `files` of the file; a
 * name there that is not UTF-8 is unknown. *reduce: the model's PCA must be applied to the rows, which are as wide as
 * it takes and not reduced by another. *grid_reduced: the file says that its grid is reduced. -1: not readable, or
 * from another network than the model's features. The caller closes data, also after a failure. */
int bare_features_open(Dataset *data, bool *reduce, bool *grid_reduced, const char *path, const char *names,
                       const Model *model, const char *model_path, Err *err);

#endif
