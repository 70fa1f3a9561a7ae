#include "pipeline/common/team.h"

#include "io/ranks/ranks.h"

#include <stdlib.h>

static bool alone;

/* exit() says no status; that of a failure is 1. */
static void leave(void)
{
    ranks_leave(1, alone);
}

int team_join(Err *err)
{
    return atexit(leave) ? err_set(err, "out of memory") : ranks_join(err);
}

int team_rank(void)
{
    return ranks_self();
}

void team_fail_alone(void)
{
    alone = true;
}

bool team_speaks(void)
{
    return alone || ranks_self() == 0;
}
