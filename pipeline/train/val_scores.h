/* The scores of a model's captions while it trains: those that coco-sample and coco-eval give with their defaults.
 *
 *   first images of val ──► greedy captions ──► corpus, with the images' references ──► counts ──► metrics
 *                           of each rank's part, to all                           of each rank's part, to all
 *
 * Nothing is kept from one call to the next, so that a resumed run gets the same bits. Main thread; parallel inside. */
#ifndef COCO_PIPELINE_TRAIN_VAL_SCORES_H
#define COCO_PIPELINE_TRAIN_VAL_SCORES_H

#include "io/base/err.h"
#include "io/data/dataset.h"
#include "io/data/trainlog.h"
#include "pipeline/model_file/model.h"
#include "pipeline/train/share.h"

#include <stdint.h>

/* All ranks of `share`, each with a part of the images. Sets bleu4, rouge_l and cider, the same on all,
 * from the first `images` images of a dataset that is indexed, without those that have no references. */
int val_scores(const Model *model, const Dataset *val, const Share *share, int64_t images, LogScores *scores,
               Err *err);

#endif
