/* Which names in a directory are a dataset's own: those of io/data/dataset.h, README.txt, and pictures below images/.
 * Any thread. */
#ifndef COCO_PIPELINE_DATASET_DATASET_NAMES_H
#define COCO_PIPELINE_DATASET_DATASET_NAMES_H

#include "io/base/err.h"

#include <stddef.h>

/* The file that every dataset has. */
extern const char dataset_marker[];

/* Whether a file of this name, relative to the dataset's directory, belongs to it: "coco2014_captions.h5",
 * "val2014_urls.txt", "images/val/1.jpg". */
int dataset_has_file(const char *name);

/* -1 with a line where the directory holds anything at its top that is no dataset's: replacing it would take away
 * what somebody else put there. One that is not there holds nothing. */
int dataset_own_directory(const char *dir, Err *err);

#endif
