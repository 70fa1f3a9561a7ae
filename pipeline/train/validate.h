/* Validation while training: its numbers, and what follows from them: the best model so far, the learning rate of
 * "plateau", the end of a run that no longer gets better. Main thread; parallel inside. */
#ifndef COCO_PIPELINE_TRAIN_VALIDATE_H
#define COCO_PIPELINE_TRAIN_VALIDATE_H

#include "io/base/err.h"
#include "io/data/trainlog.h"
#include "pipeline/train/train_start.h"

/* Whether a setting needs captions of validation images. */
bool scores_captions(const TrainSettings *settings);

/* Whether a validation is due after the iteration that was done last. */
bool validation_due(const TrainRun *run);
/* Sets r->val_loss and, if asked for, r->val_scores, and says them in a note. Draws no random number. If it is better
 * than all before, the state says so and, with keep_best, the model is written there. With `average` all this is of
 * the weights averaged over the last validations, this one included. */
int validate(TrainRun *run, Err *err);

/* Whether `patience` ends the run. */
bool out_of_patience(const TrainRun *run);

#endif
