/* Self-critical training (Rennie et al. 2017): an iteration draws captions of train images, rewards them, and makes the
 * good ones likelier. model/advantage.h has the loss.
 *
 * Several ranks draw and reward for their shards' images (share.h) each: a caption depends on its place in the
 * minibatch alone.
 *
 *   images ──► draw.h: K captions each ──► reward.h ──► advantage.h ──► loss.h, a row a caption ──► update
 *
 * A minibatch is --batch-size images: --order takes images where it takes captions in other training, so that an
 * epoch is images // batch-size iterations. Captions are drawn with the masks of --dropout that their loss has; greedy
 * ones, of --baseline greedy, without. Main thread; parallel inside. */
#ifndef COCO_PIPELINE_TRAIN_SELF_CRITICAL_H
#define COCO_PIPELINE_TRAIN_SELF_CRITICAL_H

#include "io/base/err.h"
#include "pipeline/train/train_start.h"

/* Fills in what the user did not give of a self-critical run: the settings known to work (Rennie et al. 2017, Luo 2020;
 * the value clip of Luo's code). Without --self-critical they are as they were. */
void self_critical_defaults(TrainSettings *settings, GivenOptions given);

/* Samples of an image, 1 in other training: so many rows of the loss are there for each row of a minibatch. */
int samples_of(const TrainSettings *settings);
/* The caption rows (*n) from which minibatches are drawn: the first of each image of a dataset that is indexed. NULL:
 * out of memory; the caller frees. */
int64_t *first_captions(const Dataset *data, int64_t *n);

/* Sets run->critic. Parameters and work are there. */
int self_critical_start(TrainRun *run, Err *err);
void self_critical_end(TrainRun *run);

/* Draws and rewards captions of this rank's images of a minibatch: `all` becomes the minibatch of captions, whose rows
 * from them are there. */
int self_critical_draw(TrainRun *run, const Batch *batch, LossBatch *all, Err *err);
/* All ranks, after that: the reward and the baseline of the minibatch of n images. Warns once if the first rewards are
 * next to nothing. */
int self_critical_rewards(TrainRun *run, int n, Err *err);

#endif
