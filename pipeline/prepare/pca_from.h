/* The PCAs of another dataset, or of a model, for features that are to be reduced as those were. Main thread. */
#ifndef COCO_PIPELINE_PREPARE_PCA_FROM_H
#define COCO_PIPELINE_PREPARE_PCA_FROM_H

#include "io/base/err.h"
#include "pipeline/model_file/origin.h"
#include "pipeline/prepare/prepare_files.h"

/* Reads them from a dataset directory, whose train split has them, a features file or a model file. The caller frees;
 * -1 also if there are none. */
int pca_from_read(Origin *origin, const char *from, Err *err);
/* -1: the features are of another network, or reduced already, or have other sizes; or only one side has grids. */
int pca_from_fits(const Origin *origin, const char *from, const Prepared *prepared, Err *err);

#endif
