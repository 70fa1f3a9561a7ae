/* The log of a run: which file it is, what is written to it, and how the model remembers it. Main thread. */
#ifndef COCO_PIPELINE_TRAIN_TRAIN_LOG_H
#define COCO_PIPELINE_TRAIN_TRAIN_LOG_H

#include "io/base/err.h"
#include "pipeline/train/train_start.h"

/* Claims the log that was asked for, if that is a file. -1: another run has it. */
int train_claim_log(TrainRun *run, Err *err);

/* Opens the log. A fresh run begins the file again. A resumed run continues it, after mending its end and removing what
 * is later than its model, and without --log continues the one that the model remembers, if anything is left to do; if
 * that one cannot be continued, a warning says why. The model remembers a log that is a file. -1: the log that was
 * asked for cannot be opened, or is not one. */
int train_open_log(TrainRun *run, Err *err);

/* Writes an event, if there is a log; NaN: the event has no rate. `validated`: it has run->val_loss and
 * run->val_scores. -1: it could not be written, and run->log_lost is set. */
int train_log_event(TrainRun *run, const char *event, double rate, bool validated, Err *err);

int train_close_log(TrainRun *run, Err *err); /* -1: the end of the log was not written */

#endif
