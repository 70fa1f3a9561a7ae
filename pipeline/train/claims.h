/* The files that a run has to itself while it lasts: two runs that write one file would do so in turns. Main thread. */
#ifndef COCO_PIPELINE_TRAIN_CLAIMS_H
#define COCO_PIPELINE_TRAIN_CLAIMS_H

#include "io/base/err.h"
#include "pipeline/train/train_start.h"

/* Claims a file that the run will write. What is not a regular file is for everybody; what cannot be claimed in its
 * folder is left to whoever opens it there. -1: another run has it. */
int claim_file(TrainRun *run, Claimed which, const char *path, Err *err);
void claims_release(TrainRun *run);

#endif
