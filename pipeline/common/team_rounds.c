#include "pipeline/common/team_rounds.h"

#include "io/ranks/ranks.h"
#include "pipeline/common/team.h"
#include "pipeline/common/team_agree.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* --- this rank's --- */

static int new_round(TeamRounds *r, Err *err)
{
    if (r->out)
        fclose(r->out);
    free(r->bytes);
    r->bytes = NULL;
    r->n = r->filled = 0;
    r->out = open_memstream(&r->bytes, &r->size);
    return r->out ? 0 : err_set(err, "out of memory");
}

int team_rounds_begin(TeamRounds *r, Err *err)
{
    *r = (TeamRounds){.rank = ranks_self(), .ranks = ranks_count()};
    return new_round(r, err);
}

void team_rounds_free(TeamRounds *r)
{
    if (r->out)
        fclose(r->out);
    free(r->bytes);
    free(r->entry);
    *r = (TeamRounds){0};
}

int team_rounds_add(TeamRounds *r, int64_t place, int kind, Err *err)
{
    if (fflush(r->out))
        return err_set(err, "out of memory");
    if (r->n == r->room) {
        int64_t more = r->room ? 2 * r->room : 256;
        TeamEntry *grown = realloc(r->entry, (size_t)more * sizeof *grown);
        if (!grown)
            return err_set(err, "out of memory");
        r->entry = grown;
        r->room = more;
    }
    r->entry[r->n++] = (TeamEntry){place, (int64_t)r->size - r->filled, kind};
    r->filled = (int64_t)r->size;
    return 0;
}

/* --- all ranks --- */

int team_rounds_agree(TeamRounds *r, int rc, Err *err)
{
    if (rc == 0 && r->why.text[0])
        rc = err_set(err, "%s", r->why.text);
    rc = team_agree_outcome(rc, NULL, err);
    if (rc < 0)
        team_fail_alone();
    return rc ? -1 : 0;
}

int team_rounds_alike(const char *const *names, const char *facts, int n, Err *err)
{
    int rc = team_agree_facts(names, facts, n, err);
    if (rc < 0)
        team_fail_alone();
    return rc ? -1 : 0;
}

/* What a rank has of a round. */
typedef struct {
    int64_t n, bytes, stop;
} Load;

/* A rank's entries, as rank 0 gets them. */
typedef struct {
    TeamEntry *entry; /* (n) */
    char *bytes;
    int64_t n;
} Received;

static int receive(const TeamRounds *r, const Load *load, Received *from, RankMessage *message, Err *err)
{
    int n = 0;
    for (int k = 0; k < r->ranks; k++) {
        size_t entries = (size_t)load[k].n * sizeof *from->entry, bytes = (size_t)load[k].bytes;
        from[k] = (Received){malloc(entries + 1), malloc(bytes + 1), load[k].n};
        if (!from[k].entry || !from[k].bytes)
            return err_set(err, "out of memory");
        if (k > 0) {
            message[n++] = (RankMessage){k, from[k].entry, entries};
            message[n++] = (RankMessage){k, from[k].bytes, bytes};
        } else if (entries) {
            memcpy(from[k].entry, r->entry, entries);
            memcpy(from[k].bytes, r->bytes, bytes);
        }
    }
    return ranks_exchange(message, n, NULL, 0, RANKS_EAGER, err);
}

typedef struct {
    const TeamEntry *entry;
    const char *bytes;
} Placed;

static int by_place(const void *a, const void *b)
{
    const TeamEntry *x = ((const Placed *)a)->entry, *y = ((const Placed *)b)->entry;
    return (x->place > y->place) - (x->place < y->place);
}

/* A rank may add an entry before those of earlier places. */
static int take_in_order(const TeamRounds *r, const Received *from, TeamTake take, void *ctx, Err *err)
{
    size_t n = 0, at = 0;
    int rc = 0;
    for (int k = 0; k < r->ranks; k++)
        n += (size_t)from[k].n;
    Placed *all = malloc(n * sizeof *all + 1);
    if (!all)
        return err_set(err, "out of memory");
    for (int k = 0; k < r->ranks; k++) {
        const char *bytes = from[k].bytes;
        for (int64_t i = 0; i < from[k].n; bytes += from[k].entry[i++].bytes)
            all[at++] = (Placed){&from[k].entry[i], bytes};
    }
    qsort(all, n, sizeof *all, by_place);
    for (size_t i = 0; rc == 0 && i < n; i++)
        rc = take(ctx, all[i].entry, all[i].bytes, err);
    free(all);
    return rc;
}

/* Rank 0: a failure to take is told to the others with the next round. -1: a rank does not answer. */
static int collect(TeamRounds *r, const Load *load, TeamTake take, void *ctx, Err *err)
{
    Received *from = calloc((size_t)r->ranks, sizeof *from);
    RankMessage *message = calloc(2 * (size_t)r->ranks, sizeof *message);
    int rc = from && message ? receive(r, load, from, message, err) : err_set(err, "out of memory");
    if (rc == 0 && !r->why.text[0])
        take_in_order(r, from, take, ctx, &r->why);
    for (int k = 0; from && k < r->ranks; k++) {
        free(from[k].entry);
        free(from[k].bytes);
    }
    free(from);
    free(message);
    return rc;
}

static int hand_in(const TeamRounds *r, Err *err)
{
    const RankMessage mine[] = {{0, r->entry, (size_t)r->n * sizeof *r->entry}, {0, r->bytes, (size_t)r->filled}};
    return ranks_exchange(NULL, 0, mine, 2, RANKS_EAGER, err);
}

int team_rounds_end(TeamRounds *r, int rc, int stop, TeamTake take, void *ctx, Err *err)
{
    if (team_rounds_agree(r, rc, err))
        return -1;
    const Load mine = {r->n, r->filled, stop};
    Load *load = calloc((size_t)r->ranks, sizeof *load);
    bool stops = false;
    rc = load ? ranks_gather(&mine, sizeof mine, load, err) : err_set(err, "out of memory");
    if (rc == 0)
        rc = (r->rank ? hand_in(r, err) : collect(r, load, take, ctx, err)) || new_round(r, err) ? -1 : 0;
    for (int k = 0; load && k < r->ranks; k++)
        stops |= load[k].stop != 0;
    free(load);
    if (rc)
        team_fail_alone();
    return rc ? rc : stops;
}

int team_rounds_sum(const TeamRounds *r, int64_t *n, Err *err)
{
    int64_t *all = calloc((size_t)r->ranks, sizeof *all), sum = 0;
    int rc = all ? ranks_gather(n, sizeof *n, all, err) : err_set(err, "out of memory");
    for (int k = 0; rc == 0 && k < r->ranks; k++)
        sum += all[k];
    free(all);
    if (rc)
        team_fail_alone();
    *n = rc ? *n : sum;
    return rc;
}
