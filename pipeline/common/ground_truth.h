/* What a dataset knows about an image, as a caption record without a caption: id, split, row, file, URL, and the ground
 * truth captions as references. */
#ifndef COCO_PIPELINE_COMMON_GROUND_TRUTH_H
#define COCO_PIPELINE_COMMON_GROUND_TRUTH_H

#include "io/base/err.h"
#include "io/data/dataset.h"
#include "io/data/record.h"

/* Needs dataset_index, and DATASET_LISTS for file, URL and whole captions. The caption is NULL; the list of references
 * may be empty. The caller frees with record_free. -1: out of memory, nothing to free. Any thread. */
int truth_record(const Dataset *data, int64_t row, Record *record, Err *err);

/* Takes the k-th reference out of a record's, for a caption that is itself one of them. The caller frees it. */
char *truth_take(Record *record, int64_t k);

#endif
