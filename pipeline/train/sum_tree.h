/* The sum of the gradients of shards (share.h) over ranks (io/ranks/ranks.h):
 *
 *   each rank's sums of whole subtrees ──► slices to all ranks ──► each finishes the tree for its slice
 *                                                                         └──► slices to all: the gradient
 *
 * Whoever makes an addition, its operands and its order are the tree's. Of the gradient, each rank sends and receives
 * about twice, whatever the number of ranks. Main thread; parallel inside. */
#ifndef COCO_PIPELINE_TRAIN_SUM_TREE_H
#define COCO_PIPELINE_TRAIN_SUM_TREE_H

#include "io/base/err.h"
#include "io/ranks/ranks.h"
#include "pipeline/train/share.h"

#include <stdbool.h>
#include <stddef.h>

/* A subtree whose shards are all one rank's, and no larger one is. */
typedef struct {
    int first, n, rank;
    float *sum; /* the whole gradient if it is this rank's, else this rank's slice of it */
} TreePart;

typedef struct {
    Share share;
    int shards;      /* of a minibatch */
    float *gradient; /* (n), the caller's: the first of this rank's parts is summed up in it, and in the end all */
    size_t n;
    TreePart *part; /* (parts), from the first shard to the last */
    int parts;
    size_t *slice; /* (ranks+1): where each rank's slice of the gradient begins */
    RankMessage *in, *out;
} SumTree;

/* For minibatches of so many rows, which must give each rank a shard. The caller ends it, also after a failure. */
int sum_tree_start(SumTree *tree, const Share *share, int rows, float *gradient, size_t n, Err *err);
void sum_tree_end(SumTree *tree); /* safe on a zeroed one */

/* All ranks, once each has the sums of its parts: the gradient is the sum of all. -1: a rank does not answer. */
int sum_tree_ranks(SumTree *tree, Err *err);

#endif
