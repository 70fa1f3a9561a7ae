#include "pipeline/sheet/sheet_records.h"

#include "io/base/err.h"
#include "io/file/spool.h"
#include "model/rng.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    int64_t place; /* in the spool: grows in the order of the input */
    double key;    /* NaN: none */
} Entry;

struct Shelf {
    Spool *spool;
    Entry *entry;
    int64_t room;
    ShelfFacts facts;
};

/* --- facts --- */

static bool same_split(const char *a, const char *b)
{
    return a && b ? !strcmp(a, b) : a == b;
}

static int count_split(ShelfFacts *f, const char *split)
{
    int k = 0;
    while (k < f->n_splits && k < SHELF_SPLITS && !same_split(f->split[k], split))
        k++;
    if (k == SHELF_SPLITS) {
        f->n_splits = SHELF_SPLITS + 1;
        return 0;
    }
    if (k == f->n_splits) {
        if (split && !(f->split[k] = strdup(split)))
            return -1;
        f->n_splits++;
    }
    f->in_split[k]++;
    return 0;
}

static int note_facts(ShelfFacts *f, const Record *r)
{
    f->n++;
    f->references |= r->n_references > 0;
    f->sampled |= !isnan(r->logprob);
    f->network |= r->url && strncmp(r->url, "file://", 7);
    f->exact |= record_exact(r) >= 0;
    f->truth_alone = f->truth_alone && record_exact(r) >= 0 && isnan(r->logprob);
    return count_split(f, r->split);
}

/* --- order --- */

/* Records without a key come last; of equal ones the first of the input comes first, either way. */
static int compare(const Entry *a, const Entry *b, int way)
{
    if (isnan(a->key) != isnan(b->key))
        return isnan(a->key) ? 1 : -1;
    if (!isnan(a->key) && a->key != b->key)
        return a->key < b->key ? way : -way;
    return (a->place > b->place) - (a->place < b->place);
}

static int highest_first(const void *a, const void *b)
{
    return compare(a, b, 1);
}

static int lowest_first(const void *a, const void *b)
{
    return compare(a, b, -1);
}

static int permute(Shelf *s, uint32_t seed, Err *err)
{
    int64_t n = s->facts.n, *order = malloc((size_t)n * sizeof *order);
    Entry *other = malloc((size_t)n * sizeof *other);
    int rc = order && other ? 0 : err_set(err, "out of memory");
    if (!rc) {
        Rng rng;
        rng_seed(&rng, seed);
        rng_permutation(&rng, n, order);
        for (int64_t i = 0; i < n; i++)
            other[i] = s->entry[order[i]];
        Entry *kept = s->entry;
        s->entry = other;
        other = kept;
    }
    free(order);
    free(other);
    return rc;
}

static int arrange(Shelf *s, const ShelfSort *sort, Err *err)
{
    int64_t n = s->facts.n;
    if (sort->by == SHELF_SCORE || sort->by == SHELF_LOGPROB) {
        qsort(s->entry, (size_t)n, sizeof *s->entry, sort->reverse ? lowest_first : highest_first);
        return 0;
    }
    if (sort->by == SHELF_RANDOM && permute(s, sort->seed, err))
        return -1;
    for (int64_t i = 0; sort->reverse && i < n / 2; i++) {
        Entry kept = s->entry[i];
        s->entry[i] = s->entry[n - 1 - i];
        s->entry[n - 1 - i] = kept;
    }
    return 0;
}

/* --- reading --- */

static int add(Shelf *s, const Record *record, ShelfOrder by, const char *line, size_t len, Err *err)
{
    if (s->facts.n == s->room) {
        int64_t room = s->room ? s->room * 2 : 64;
        Entry *grown = realloc(s->entry, (size_t)room * sizeof *grown);
        if (!grown)
            return err_set(err, "out of memory for %" PRId64 " records", room);
        s->entry = grown;
        s->room = room;
    }
    Entry *e = &s->entry[s->facts.n];
    e->key = by == SHELF_SCORE ? record->score : by == SHELF_LOGPROB ? record->logprob : NAN;
    s->facts.keyed += !isnan(e->key);
    if (note_facts(&s->facts, record))
        return err_set(err, "out of memory");
    return spool_add(s->spool, line, len, &e->place, err);
}

static int read_all(Shelf *s, RecordReader *reader, ShelfOrder by, Err *err)
{
    Record record;
    const char *line;
    size_t len;
    int rc;
    s->facts.truth_alone = true;
    while ((rc = record_next(reader, &record, &line, &len, err)) > 0) {
        rc = add(s, &record, by, line, len, err);
        record_free(&record);
        if (rc)
            return -1;
    }
    if (rc == 0 && s->facts.n == 0)
        rc = err_set(err, "%s: no records", record_name(reader));
    return rc;
}

Shelf *shelf_read(const char *input, const ShelfSort *sort, Err *err)
{
    Shelf *s = calloc(1, sizeof *s);
    if (!s) {
        err_set(err, "out of memory");
        return NULL;
    }
    RecordReader *reader = record_open(input, err);
    if (reader)
        s->spool = spool_open(err);
    int rc = s->spool ? read_all(s, reader, sort->by, err) : -1;
    record_close(reader);
    if (rc || spool_rewind(s->spool, err) || arrange(s, sort, err)) {
        shelf_free(s);
        return NULL;
    }
    return s;
}

void shelf_free(Shelf *s)
{
    if (!s)
        return;
    for (int k = 0; k < SHELF_SPLITS; k++)
        free(s->facts.split[k]);
    spool_close(s->spool);
    free(s->entry);
    free(s);
}

const ShelfFacts *shelf_facts(const Shelf *s)
{
    return &s->facts;
}

int shelf_record(const Shelf *s, int64_t i, Record *record, Err *err)
{
    size_t len;
    char *line = spool_read(s->spool, s->entry[i].place, &len, err);
    memset(record, 0, sizeof *record);
    if (!line)
        return -1;
    int rc = record_parse(record, line, len, err);
    free(line);
    return rc;
}
