/* A command as one of several ranks (io/ranks/ranks.h). Main thread. */
#ifndef COCO_PIPELINE_COMMON_TEAM_H
#define COCO_PIPELINE_COMMON_TEAM_H

#include "io/base/err.h"

#include <stdbool.h>

#define MPI_TIMEOUT_MAX 86400.0

/* Meets the other ranks, if a launcher started any; the team ends when the process exits. -1: they are not found. */
int team_join(Err *err);
int team_rank(void);
/* Whether this is the only rank. */
bool team_alone(void);
/* From now on this rank, which has failed while others go on, speaks; when it exits, they are ended. */
void team_fail_alone(void);
/* -1: "-" is among the operands of several ranks. */
int team_check_operands(const char *const *operand, int n, Err *err);
/* Whether messages of this rank are for the user. */
bool team_speaks(void);

#endif
