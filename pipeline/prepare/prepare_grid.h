/* The grids of a prepared dataset: an image at a time, never as a whole. Main thread. */
#ifndef COCO_PIPELINE_PREPARE_PREPARE_GRID_H
#define COCO_PIPELINE_PREPARE_PREPARE_GRID_H

#include "pipeline/prepare/pca.h"
#include "pipeline/prepare/prepare_files.h"

/* Fits prepared->grid_pca components on all places of a split's images. The caller frees. */
int grid_fit(const Prepared *prepared, const PreparedSplit *split, Pca *pca, Err *err);
/* Adds the grids of a split's images to their features file: `grid` (images, P, C) float16, contiguous, with pca->C
 * its places reduced. */
int grid_write(const Prepared *prepared, const PreparedSplit *split, const Pca *pca, const char *path, Err *err);

#endif
