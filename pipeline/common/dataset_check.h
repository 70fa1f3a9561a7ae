/* What makes a dataset useless, or odd, though its files can be read. Main thread. */
#ifndef COCO_PIPELINE_COMMON_DATASET_CHECK_H
#define COCO_PIPELINE_COMMON_DATASET_CHECK_H

#include "io/base/err.h"
#include "io/data/dataset.h"
#include "pipeline/common/report.h"

#include <stdbool.h>

/* -1 if a captioner that is trained on these captions would say nonsense, as most have no <START> or no end; otherwise
 * warns of what is odd about them. */
int check_captions(const Dataset *data, const Report *report, Err *err);

/* Rows of features that are zeros throughout: what an extraction leaves that ended early. A stage that meets one
 * while it gathers counts them all; the file is not read to look for them. */
typedef struct {
    int64_t rows, zero, first;
} ZeroRows;

ZeroRows count_zero_rows(const H5Matrix *features);

/* For a stage that has met a row of zeros in this matrix, which comes from `path`: -1 if no row is anything else;
 * otherwise warns of them, once per *warned. */
int check_zero_rows(const H5Matrix *features, const char *path, bool *warned, const Report *report, Err *err);

#endif
