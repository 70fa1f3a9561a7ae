/* Re-ranking: of an image's captions, n-best or samples, the one on which most agree comes first. Any thread. */
#ifndef COCO_PIPELINE_SAMPLE_RERANK_H
#define COCO_PIPELINE_SAMPLE_RERANK_H

#include "pipeline/sample/neighbors.h"

/* cider: the captions with each other (consensus); neighbors: also with what those of train images predict
 * (neighbors_consensus). */
typedef enum { RERANK_NONE, RERANK_CIDER, RERANK_NEIGHBORS } Rerank;

#define RERANK_NAMES "none|cider|neighbors"

/* Puts the n results of an image in order of falling score; those that are equal to nine decimals stay as they are,
 * and so do those at the end that there are not (no words). weight: of neighbors_weights; NULL with neighbors NULL.
 * -1: out of memory. */
int rerank(SearchResult *results, int n, const Neighbors *neighbors, const double *weight, Err *err);

#endif
