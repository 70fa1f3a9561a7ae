/* A training run, and how it starts and ends; for train.c. Main thread. */
#ifndef COCO_PIPELINE_TRAIN_TRAIN_START_H
#define COCO_PIPELINE_TRAIN_TRAIN_START_H

#include "io/data/dataset.h"
#include "model/loss.h"
#include "pipeline/common/model.h"
#include "pipeline/common/train_state.h"
#include "pipeline/train/batch.h"
#include "pipeline/train/train.h"

#include <stdio.h>

typedef struct {
    const TrainOptions *options;
    const Report *report;
    Model model;
    TrainState state;
    Dataset data, val;
    bool warned_of_zeros, warned_of_val_zeros;
    int64_t *subset; /* --max-train: caption rows; NULL: all */
    CaptionRows captions;
    int64_t per_epoch, total; /* iterations */
    Params grads;
    LossWork *work;
    Batch val_batch;
    BatchSource *source; /* NULL: nothing is left to do */
    FILE *log;
    bool log_lost; /* it could not be written */
    double loss;   /* of the last iteration */
    bool contradiction;
} TrainRun;

/* Opens the files and allocates all memory of a run, which starts from the beginning, from another model's parameters,
 * or from where a file stopped. Its options and report are set, the rest is zeroed. The caller ends it, also after a
 * failure. */
int train_start(TrainRun *run, Err *err);
int train_close_log(TrainRun *run, Err *err); /* -1: the end of the log was not written */
void train_end(TrainRun *run);

#endif
