/* Which part of a minibatch is whose. A minibatch of n rows is cut into s = min(shards, n) shards, of which shard k
 * has the rows
 *
 *   ⌊k·n/s⌋ ... ⌊(k+1)·n/s⌋ - 1
 *
 * and each rank has neighbouring shards: shard k is rank ⌊k·ranks/s⌋'s. The cut depends on n and `shards` alone.
 * Gradients of shards are summed in one binary tree, whatever the ranks:
 *
 *   sum(k, 1) = that of shard k      sum(k, m) = sum(k, p) + sum(k+p, m-p), p the largest power of 2 below m
 *
 * Any thread. */
#ifndef COCO_PIPELINE_TRAIN_SHARE_H
#define COCO_PIPELINE_TRAIN_SHARE_H

#include <stdint.h>

typedef struct {
    int shards; /* at least 1 */
    int rank, ranks;
} Share;

/* A minibatch in one piece, all of it this rank's. */
static const Share SHARE_WHOLE = {1, 0, 1};

static inline int share_count(const Share *s, int n)
{
    return n < s->shards ? n : s->shards;
}

/* The first row of shard k; n for the one after the last. */
static inline int share_row(const Share *s, int n, int k)
{
    return (int)((int64_t)k * n / share_count(s, n));
}

/* The first shard of a rank; the number of shards for the one after the last. */
static inline int share_first(const Share *s, int n, int rank)
{
    return (int)(((int64_t)rank * share_count(s, n) + s->ranks - 1) / s->ranks);
}

static inline int share_owner(const Share *s, int n, int k)
{
    return (int)((int64_t)k * s->ranks / share_count(s, n));
}

/* This rank's rows: how many, and the first of them. */
static inline int share_rows(const Share *s, int n, int *first)
{
    *first = share_row(s, n, share_first(s, n, s->rank));
    return share_row(s, n, share_first(s, n, s->rank + 1)) - *first;
}

/* Where sum(k, m) splits: p, for m of at least 2. */
static inline int share_split(int m)
{
    int p = 1;
    while (2 * p < m)
        p *= 2;
    return p;
}

#endif
