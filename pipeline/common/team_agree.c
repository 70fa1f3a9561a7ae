#include "pipeline/common/team_agree.h"

#include "io/base/digest.h"
#include "io/base/memory_stream.h"
#include "io/ranks/ranks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    int rc, mark;
    Err err;
} Outcome;

/* What is wrong on all ranks alike is not one rank's. */
static int first_failure(const Outcome *all, int *mark, Err *err)
{
    int first = 0, failed = 0, ranks = ranks_count();
    for (int k = ranks - 1; k >= 0; k--)
        if (all[k].rc) {
            first = k;
            failed++;
        }
    if (!failed)
        return 0;
    if (mark)
        *mark = all[first].mark;
    err_set(err, "%s", all[first].err.text);
    if (failed < ranks)
        err_prefix(err, "rank %d on %s: ", first, ranks_host(first));
    return 1;
}

int team_agree_outcome(int rc, int *mark, Err *err)
{
    Outcome mine = {.rc = rc, .mark = mark ? *mark : 0}, *all;
    if (ranks_count() == 1)
        return rc ? 1 : 0;
    if (rc)
        err_set(&mine.err, "%s", err->text); /* not what is past its end */
    if (!(all = calloc((size_t)ranks_count(), sizeof *all)))
        return err_set(err, "out of memory");
    rc = ranks_gather(&mine, sizeof mine, all, err) ? -1 : first_failure(all, mark, err);
    free(all);
    return rc;
}

int team_agree_facts(const char *const *names, const char *facts, int n, Err *err)
{
    size_t bytes = (size_t)n * TEAM_FACT;
    int ranks = ranks_count();
    char *all = ranks > 1 ? malloc((size_t)ranks * bytes) : NULL;
    if (ranks == 1)
        return 0;
    if (!all)
        return err_set(err, "out of memory");
    int rc = ranks_gather(facts, bytes, all, err);
    for (int k = 1; rc == 0 && k < ranks; k++)
        for (int i = 0; rc == 0 && i < n; i++) {
            const char *there = all + (size_t)i * TEAM_FACT, *here = there + (size_t)k * bytes;
            if (strcmp(here, there)) {
                err_set(err, "rank %d on %s: another %s than rank 0 on %s: %s, not %s", k, ranks_host(k), names[i],
                        ranks_host(0), here, there);
                rc = 1;
            }
        }
    free(all);
    return rc;
}

void team_fact_digest(const void *bytes, size_t n, char fact[TEAM_FACT])
{
    char hex[DIGEST_LEN + 1];
    digest_hex(bytes, n, hex);
    snprintf(fact, TEAM_FACT, "digest %.16s", hex);
}

int team_fact_texts(char *const *text, const int64_t *place, int64_t n, char fact[TEAM_FACT], Err *err)
{
    char *bytes = NULL;
    size_t size = 0;
    FILE *all = open_memstream(&bytes, &size);
    for (int64_t i = 0; all && i < n; i++)
        fprintf(all, "%s%c", text[place ? place[i] : i], '\0');
    if (!all || memory_stream_close(all, &bytes))
        return err_set(err, "out of memory");
    team_fact_digest(bytes, size, fact);
    free(bytes);
    return 0;
}
