/* Where the dataset is that a model file names: the relative name may lead elsewhere from here, and the absolute one
 * may be out of date. Any thread. */
#ifndef COCO_PIPELINE_MODEL_FILE_DATASET_PLACE_H
#define COCO_PIPELINE_MODEL_FILE_DATASET_PLACE_H

#include "io/base/err.h"

/* The index of the first of n names at which there is something; those that are NULL are left out. -1: nothing is at
 * any of them, and the line lists them, or says why one of them cannot be looked at; it asks for -d, as `model` names
 * no other. */
int dataset_place(const char *const *names, int n, const char *model, Err *err);

#endif
