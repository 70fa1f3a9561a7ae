/* What a run must not replace: the model and the log of another run. Main thread. */
#ifndef COCO_PIPELINE_TRAIN_GUARD_H
#define COCO_PIPELINE_TRAIN_GUARD_H

#include "io/base/err.h"
#include "pipeline/train/train_start.h"

/* -1: two outputs would go to one file. */
int outputs_differ(const TrainRun *run, Err *err);

/* 0 if the outputs of a run, whose settings, captions and mark are known, may be replaced: nothing is there, or a
 * pipe or device, or an empty file, or what the same run wrote (then a line says so), or --force was given. Sets how
 * far the same run had come (run->ahead). -1: a model or log of another run, or a file that is neither. */
int guard_outputs(TrainRun *run, Err *err);

#endif
