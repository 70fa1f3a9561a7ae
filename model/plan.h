/* What training computes for a minibatch, and in which order.
 *
 * A position is one step of one row. Positions are packed: by tile of rows, in it by step, in it by row,
 * longest captions first, so that the rows alive at a step are the first ones of those at the step before:
 *
 *   tile 0: [t=0: r0 r1 r2 r3][t=1: r0 r1 r2][t=2: r0]   tile 1: [t=0: ...
 *
 * With dropout each position's word vector has a mask of its own, keyed by number[p]: then words are `distinct`. */
#ifndef COCO_MODEL_PLAN_H
#define COCO_MODEL_PLAN_H

#include "model/base/memory.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    int N, T, P, U; /* rows, steps, positions, distinct words */
    bool distinct;  /* equal words are distinct ones too, so that slot[p] is p; else they share a slot */
    int tiles;
    int *length;      /* (N): steps of a row up to its last word that is due */
    int *order;       /* (N): the row of these N at each place of the tiles */
    int *tile_of;     /* (N): the tile of a place */
    int *tile_at;     /* (tiles+1): the first place of a tile */
    int *first;       /* (tiles, T+1): the first position of a tile's step; the last entry ends it */
    int32_t *image;   /* (N): which of the minibatch's grids a place looks at; 0 without grids */
    int32_t *slot;    /* (P): which of the distinct words goes in */
    int32_t *target;  /* (P): the word due, -1 if none is */
    int *row;         /* (N): the row at each place by its number in the whole minibatch, for dropout */
    int *number;      /* (P): r·T + t of a position, with r that number */
    int32_t *word;    /* (U): the distinct words */
    int32_t *slot_of; /* (V): a word's slot, -1 if it does not occur */
} Plan;

/* Room for minibatches of up to N rows, T steps and U distinct words of V. blocks->failed: out of memory. */
void plan_alloc(Plan *plan, Blocks *blocks, int N, int T, size_t U, int V);
/* What is planned: as in LossBatch (loss.h). */
typedef struct {
    int N, T;
    const int32_t *captions; /* (N,T+1) */
    const int32_t *inputs;   /* (N,T); NULL: the captions' */
    const int32_t *image;    /* (N); NULL without grids */
    int first;               /* the number of the first row in the whole minibatch */
    bool drawn;              /* of a caption that ends early without <END>, the <NULL> that ended it is due */
    bool distinct;
} PlanRows;

void plan_make(Plan *plan, const PlanRows *rows);

/* The first positions of a tile's steps (T+1). The tile's j-th row is alive at step t if first[t] + j < first[t+1],
 * and that is its position. */
static inline int *plan_first(const Plan *p, int tile)
{
    return p->first + (size_t)tile * (size_t)(p->T + 1);
}

#endif
