/* Blocks of numbers with a table of tensors (model/tensors.h) in a file: one float32 dataset per tensor, by its name
 * in a group. Each number is finite, or an error that names the dataset. Main thread. */
#ifndef COCO_PIPELINE_MODEL_FILE_TENSOR_FILE_H
#define COCO_PIPELINE_MODEL_FILE_TENSOR_FILE_H

#include "io/hdf5/h5.h"
#include "model/tensors.h"

/* 0 if the group has all tensors, with their shapes. */
int tensors_expect(H5 *h5, const char *group, const Params *table, Err *err);
/* data (table->n) */
int tensors_read(H5 *h5, const char *group, const Params *table, float *data, Err *err);
int tensors_write(H5 *h5, const char *group, const Params *table, float *data, Err *err);

#endif
