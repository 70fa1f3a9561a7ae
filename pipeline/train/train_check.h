/* Checks a model's gradient on the first minibatch that training would take. Main thread; parallel inside. */
#ifndef COCO_PIPELINE_TRAIN_TRAIN_CHECK_H
#define COCO_PIPELINE_TRAIN_TRAIN_CHECK_H

#include "pipeline/train/train.h"

#include <stdio.h>

/* Starts a run as train_run does, writes no file, and prints a table to out: of each tensor, how many elements were
 * compared with centred differences in double, and the worst (model/gradcheck.h). -1: failed, with *contradiction as
 * train_run's, or the worst error is above GRADIENT_ERROR_MAX: then the table is printed, and the line names it. */
int train_check_gradients(const TrainOptions *options, const Report *report, FILE *out, bool *contradiction,
                          Err *err);

#endif
