#include "pipeline/common/team.h"

#include "io/ranks/ranks.h"

#include <stdlib.h>
#include <string.h>

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

bool team_alone(void)
{
    return ranks_count() == 1;
}

void team_fail_alone(void)
{
    alone = true;
}

int team_check_operands(const char *const *operand, int n, Err *err)
{
    for (int i = 0; i < n && ranks_count() > 1; i++)
        if (!strcmp(operand[i], "-"))
            return err_set(err, "-: standard input reaches one rank alone; name a file");
    return 0;
}

bool team_speaks(void)
{
    return alone || ranks_self() == 0;
}
