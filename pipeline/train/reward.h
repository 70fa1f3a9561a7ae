/* What captions of train images are worth: a sum of weighted scores of each caption against its image's own captions.
 *
 *   cider   CIDEr-D, 1 being what papers print as 100 (model/score/cider.h)
 *   bleu4   BLEU-4 of the caption alone (model/score/bleu.h)
 *
 * Words are numbers of the model's vocabulary, and <END> is a word like any other, of a caption that has it and of the
 * references, as their rows have it: otherwise captions would learn to stop at "a". <UNK> in a caption that is drawn
 * matches nothing: it stands for many words, and where it was worth something captions would learn to say it. Document
 * frequencies are those of the train captions, an image being a document. An n-gram that no train caption has counts
 * as one of a single image.
 *
 * A reward is one row of the table in reward.c, and of REWARD_NAMES. */
#ifndef COCO_PIPELINE_TRAIN_REWARD_H
#define COCO_PIPELINE_TRAIN_REWARD_H

#include "io/base/err.h"
#include "io/data/dataset.h"
#include "pipeline/model_file/train_settings.h"

#include <stdint.h>

typedef struct Reward Reward;

/* Numbers the n-grams of all captions of a dataset that is indexed, and borrows it. Captions that are scored have at
 * most `words` words. Main thread. */
Reward *reward_new(const Dataset *data, const double weight[REWARDS], int words, Err *err);
void reward_free(Reward *reward); /* NULL is legal */

/* The rewards (n,each) of `each` captions of n images (rows of the dataset): captions (n·each, words+1), <START> first,
 * each up to <NULL>. -1: out of memory. Main thread; parallel inside. */
int reward_captions(const Reward *reward, const int32_t *image, int n, int each, const int32_t *captions,
                    double *out, Err *err);

#endif
