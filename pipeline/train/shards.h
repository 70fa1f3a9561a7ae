/* The loss and the gradient of a minibatch as the sum over its shards (share.h), each rank computing its own, and all
 * summing up (sum_tree.h): the result depends on the number of shards alone. Main thread; parallel inside. */
#ifndef COCO_PIPELINE_TRAIN_SHARDS_H
#define COCO_PIPELINE_TRAIN_SHARDS_H

#include "pipeline/train/train_start.h"

typedef struct Shards Shards;

/* Memory for the sums of minibatches of n rows of run->share: of ⌈log2 shards⌉ gradients besides run->grads for one
 * rank, of twice as many at most for each of several. -1: out of memory. */
int shards_start(TrainRun *run, int n, Err *err);
void shards_end(Shards *shards); /* NULL is legal */

/* Sets run->loss and run->grads from a training batch, and `stop` to a signal that asked any rank to stop, or 0. Warns
 * of rows of zeros. If the minibatch is one shard, the update is done beside the backward pass (loss.h), unless it is
 * NULL. -1: another rank does not answer, or the features are all zeros; the parameters may be updated by then. */
int shards_loss(TrainRun *run, const Batch *batch, int *stop, Update *update, Err *err);

#endif
