/* The files that a run has to itself while it lasts: two runs that write one file would do so in turns. Main thread. */
#ifndef COCO_PIPELINE_TRAIN_CLAIMS_H
#define COCO_PIPELINE_TRAIN_CLAIMS_H

#include "io/base/err.h"
#include "pipeline/train/train_start.h"

/* Claims a file that the run will write. Devices and pipes are not claimed; where the folder does not allow a claim,
 * there is none, and no error. -1: another run has it. */
int claim_file(TrainRun *run, Claimed which, const char *path, Err *err);
void claims_release(TrainRun *run);

#endif
