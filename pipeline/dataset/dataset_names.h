/* Which files in a directory belong to a dataset: those of io/data/dataset_files.h, README.txt, and pictures below
 * images/. Any thread. */
#ifndef COCO_PIPELINE_DATASET_DATASET_NAMES_H
#define COCO_PIPELINE_DATASET_DATASET_NAMES_H

#include "io/base/err.h"

/* Whether a file of this name, relative to the dataset's directory, belongs to it: "captions.h5",
 * "val_urls.txt", "images/val/1.jpg". */
int dataset_has_file(const char *name);

/* Fails if the directory holds anything that does not belong to a dataset: replacing it would destroy somebody's
 * file. A missing directory is all right. */
int dataset_check_own(const char *dir, Err *err);

#endif
