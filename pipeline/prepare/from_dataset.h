/* Takes a dataset directory apart again, for one that is made from it. Main thread. */
#ifndef COCO_PIPELINE_PREPARE_FROM_DATASET_H
#define COCO_PIPELINE_PREPARE_FROM_DATASET_H

#include "pipeline/prepare/caption_set.h"
#include "pipeline/prepare/feature_set.h"

/* Adds the images, captions and splits of a directory; with `features` not NULL its features too. Images without
 * names in a list get "SPLIT/ROW", and set->named becomes false. Words are those of its vocabulary. */
int from_dataset(CaptionSet *set, FeatureSet *features, const char *dir, Err *err);

#endif
