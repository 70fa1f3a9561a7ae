/* What several ranks (io/ranks/ranks.h) find, in one order at rank 0:
 *
 *   item i ──► rank i mod R, its item ⌊i/R⌋ ──► in rounds: entries of bytes ──► rank 0, by place ──► taken
 *
 * A round is items k·n to (k+1)·n - 1 of each rank, for one n, so that what rank 0 has of it has no gap. All ranks call
 * the same, in the same order, and say so if one fails; with one rank nothing is needed of this. Main thread. */
#ifndef COCO_PIPELINE_COMMON_TEAM_ROUNDS_H
#define COCO_PIPELINE_COMMON_TEAM_ROUNDS_H

#include "io/base/err.h"

#include <stdint.h>
#include <stdio.h>

typedef struct {
    int64_t place; /* the item's, among all ranks' */
    int64_t bytes;
    int64_t kind; /* the caller's word */
} TeamEntry;

typedef struct {
    int rank, ranks;
    FILE *out; /* where the bytes of the next entry go */
    char *bytes;
    size_t size;
    TeamEntry *entry; /* (n): of this round */
    int64_t n, room, filled;
    Err why; /* what failed since the last round: "" for nothing */
} TeamRounds;

/* The caller frees, also after a failure. */
int team_rounds_begin(TeamRounds *rounds, Err *err);
void team_rounds_free(TeamRounds *rounds); /* legal on a zeroed one */

/* What went to `out` since the last entry is one. */
int team_rounds_add(TeamRounds *rounds, int64_t place, int kind, Err *err);

/* After a step that ended with rc: -1 on all if it failed on one, with its line, or if a rank does not answer. */
int team_rounds_agree(TeamRounds *rounds, int rc, Err *err);

/* -1 on all if they have not the same facts (team_agree.h), or if a rank does not answer. */
int team_rounds_alike(const char *const *names, const char *facts, int n, Err *err);

/* Takes an entry, by rank 0. */
typedef int (*TeamTake)(void *ctx, const TeamEntry *entry, const char *bytes, Err *err);

/* The end of a round that ended with rc: its entries are taken. 0: go on; 1: a rank was asked to stop; -1: as above,
 * and nothing of a round in which a rank fails is taken. A failure to take is said by the next call. */
int team_rounds_end(TeamRounds *rounds, int rc, int stop, TeamTake take, void *ctx, Err *err);

/* *n becomes the sum of all ranks'. -1: a rank does not answer. */
int team_rounds_sum(const TeamRounds *rounds, int64_t *n, Err *err);

#endif
