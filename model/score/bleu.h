/* What BLEU counts of a caption, for others to count too. */
#ifndef COCO_MODEL_SCORE_BLEU_H
#define COCO_MODEL_SCORE_BLEU_H

#include "model/score/metrics.h"

#include <stdint.h>

/* How many of a caption's n-grams of k+1 words are correct: a reference has them too, each at most as often as the
 * reference that has most of it. */
int32_t bleu_correct(const ScorePair *pair, int k);

#endif
