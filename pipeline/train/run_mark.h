/* What recognises captions, and a run on them. Main thread. */
#ifndef COCO_PIPELINE_TRAIN_RUN_MARK_H
#define COCO_PIPELINE_TRAIN_RUN_MARK_H

#include "io/data/dataset.h"
#include "io/data/trainlog.h"
#include "model/tensors.h"
#include "pipeline/model_file/train_settings.h"

#include <stdint.h>

/* A number for captions and their images: FNV-1a over 64-bit words. */
uint64_t captions_digest(const Dataset *data);

/* Marks are the first LOG_MARK digits of a SHA-256. A run's is that of its settings that stay the same when it is
 * resumed, its captions, and the parameters that it starts from (NULL: drawn). Its plan's is that of the other
 * settings. */
void run_mark(const TrainSettings *settings, uint64_t captions, const Params *start, char mark[LOG_MARK + 1]);
void plan_mark(const TrainSettings *settings, char mark[LOG_MARK + 1]);

#endif
