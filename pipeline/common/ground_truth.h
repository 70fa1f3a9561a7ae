/* What a dataset knows of an image, as a caption record without a caption: id, split, row, file, URL, and the
 * ground truth captions as references. */
#ifndef COCO_PIPELINE_COMMON_GROUND_TRUTH_H
#define COCO_PIPELINE_COMMON_GROUND_TRUTH_H

#include "io/base/err.h"
#include "io/data/dataset.h"
#include "io/data/record.h"

/* The dataset must have been indexed (dataset_index), and opened with DATASET_LISTS for file and URL. The
 * caller frees the record with record_free; its caption is NULL, and references are there, perhaps none.
 * -1: out of memory; nothing to free. Any thread. */
int truth_record(const Dataset *data, int64_t row, Record *record, Err *err);

#endif
