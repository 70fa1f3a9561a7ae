#include "pipeline/features/known_rows.h"

#include "io/ranks/ranks.h"

static void look_up(const Journal *journal, const Earlier *earlier, const char *name, KnownRow *known)
{
    RowPlace *j = &known->at[ROW_IN_JOURNAL], *e = &known->at[ROW_IN_EARLIER];
    j->place = journal_find(journal, name, &j->state);
    e->place = earlier_find(earlier, name);
    if (e->place >= 0)
        e->state = earlier->state[e->place];
}

int known_rows(KnownRow *known, char *const *name, int64_t n, const Journal *journal, const Earlier *earlier,
               Err *err)
{
    int ranks = ranks_count(), self = ranks_self(), rc = 0;
    if (self > 0) {
        const RankMessage in = {0, known, (size_t)((n - self + ranks - 1) / ranks) * sizeof *known};
        return ranks_exchange(&in, 1, NULL, 0, RANKS_GENTLE, err);
    }
    for (int rank = ranks - 1; rc == 0 && rank >= 0; rank--) {
        int64_t own = 0;
        for (int64_t i = rank; i < n; i += ranks)
            look_up(journal, earlier, name[i], &known[own++]);
        const RankMessage out = {rank, known, (size_t)own * sizeof *known};
        rc = ranks_exchange(NULL, 0, &out, rank > 0, RANKS_GENTLE, err);
    }
    return rc;
}

/* A row in the journal has the picture's times; those in the earlier file, the time before which all pictures were as
 * they are there. */
static bool same_times(RowSource source, const PictureState *was, const PictureState *now)
{
    return source == ROW_IN_JOURNAL ? was->modified == now->modified && was->changed == now->changed
                                    : now->modified < was->modified && now->changed < was->changed;
}

RowSource known_row_of(const KnownRow *known, bool by_content, RowPlace *at)
{
    const PictureState *now = &at->state;
    for (int source = ROW_IN_JOURNAL; source <= ROW_IN_EARLIER; source++) {
        const PictureState *was = &known->at[source].state;
        if (known->at[source].place < 0 || was->size != now->size ||
            !(by_content ? was->checksum == now->checksum : same_times((RowSource)source, was, now)))
            continue;
        at->place = known->at[source].place;
        at->state.checksum = was->checksum;
        return (RowSource)source;
    }
    return ROW_BROKEN;
}
