/* What ranks of a training run settle among themselves. With one rank nothing happens. Main thread. */
#ifndef COCO_PIPELINE_TRAIN_AGREE_H
#define COCO_PIPELINE_TRAIN_AGREE_H

#include "pipeline/train/train_start.h"

/* After the preparations of all ranks, of which this one's ended with rc: -1 for all if one failed, or if a rank has
 * another program, instruction set, dataset, vocabulary, settings or start than rank 0; the line says which rank and
 * how. */
int train_agree(TrainRun *run, int rc, Err *err);

/* Rank 0 writes the model to `path`; the others do nothing. */
int train_write(const TrainRun *run, const char *path, Err *err);

#endif
