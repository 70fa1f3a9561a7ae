/* What ranks settle among themselves: whether one has failed, and whether they are alike. All ranks call the same, in
 * the same order. With one rank nothing happens. Main thread. */
#ifndef COCO_PIPELINE_COMMON_TEAM_AGREE_H
#define COCO_PIPELINE_COMMON_TEAM_AGREE_H

#include "io/base/err.h"

#include <stddef.h>
#include <stdint.h>

enum { TEAM_FACT = 40 }; /* characters of a fact, the NUL included */

/* A rank's part ended with rc, and err if that is not 0. 0: no rank's failed. 1: one did, and err says on all ranks
 * what the first one's does, with its name unless all failed; *mark, if mark is not NULL, becomes the first one's.
 * -1: the others do not answer, or this rank has no memory: it alone knows. */
int team_agree_outcome(int rc, int *mark, Err *err);

/* Facts that must be the same on all ranks, each (TEAM_FACT), and what they are called. 0: they are; 1: all ranks' err
 * says which rank has another than rank 0, and how; -1 as above. */
int team_agree_facts(const char *const *names, const char *facts, int n, Err *err);

/* A fact: "digest ...". */
void team_fact_digest(const void *bytes, size_t n, char fact[TEAM_FACT]);
/* That of the texts at n places of a list, or of its first n if place is NULL. -1: out of memory. */
int team_fact_texts(char *const *text, const int64_t *place, int64_t n, char fact[TEAM_FACT], Err *err);

#endif
