/* What a features file says of its making (coco-features): the CNN, its layers and its preprocessing, and a PCA. Copied from
 * one file to another. Main thread. */
#ifndef COCO_PIPELINE_PREPARE_ORIGIN_H
#define COCO_PIPELINE_PREPARE_ORIGIN_H

#include "io/base/err.h"
#include "io/hdf5/h5.h"
#include "pipeline/prepare/pca.h"

/* Copies the attributes that are there, and the group `pca`, if there is one. */
int origin_copy(H5 *from, H5 *to, Err *err);
/* Writes the group `pca`: mean (C) and components (C, D). */
int origin_write_pca(H5 *to, const Pca *pca, Err *err);

#endif
