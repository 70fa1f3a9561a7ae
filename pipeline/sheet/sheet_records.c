#include "pipeline/sheet/sheet_records.h"

#include "io/base/err.h"
#include "io/data/json.h"
#include "model/base/rng.h"
#include "pipeline/sheet/record_files.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    Record record;
    int64_t place; /* in the input */
    double key;    /* NaN: none */
} Entry;

struct SheetRecords {
    Entry *entry;
    int64_t room;
    SheetFacts facts;
    RecordFiles *files; /* while reading */
};

/* --- facts --- */

static bool same_split(const char *a, const char *b)
{
    return a && b ? !strcmp(a, b) : a == b;
}

static int count_split(SheetFacts *f, const char *split)
{
    int k = 0;
    while (k < f->n_splits && k < SHEET_SPLITS && !same_split(f->split[k], split))
        k++;
    if (k == SHEET_SPLITS) {
        f->n_splits = SHEET_SPLITS + 1;
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

static int note_facts(SheetFacts *f, const Record *r)
{
    f->n++;
    f->references |= r->n_references > 0;
    f->sampled |= !isnan(r->logprob);
    f->confident |= r->word_logprobs != NULL;
    f->network |= r->url && strncmp(r->url, "file://", 7);
    f->exact |= record_exact(r) >= 0;
    f->truth_alone = f->truth_alone && record_exact(r) >= 0 && isnan(r->logprob);
    return count_split(f, r->split);
}

/* --- order --- */

/* Records without a key come last; ties keep input order, even when reversed. */
static int compare(const Entry *a, const Entry *b, int sign)
{
    if (isnan(a->key) != isnan(b->key))
        return isnan(a->key) ? 1 : -1;
    if (!isnan(a->key) && a->key != b->key)
        return a->key < b->key ? sign : -sign;
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

static int shuffle(SheetRecords *s, uint32_t seed, Err *err)
{
    int64_t n = s->facts.n, *order = malloc((size_t)n * sizeof *order);
    Entry *shuffled = malloc((size_t)n * sizeof *shuffled);
    if (!order || !shuffled) {
        free(order);
        free(shuffled);
        return err_set(err, "out of memory");
    }
    Rng rng;
    rng_seed(&rng, seed);
    rng_permutation(&rng, n, order);
    for (int64_t i = 0; i < n; i++)
        shuffled[i] = s->entry[order[i]];
    free(order);
    free(s->entry);
    s->entry = shuffled;
    return 0;
}

static int sort_records(SheetRecords *s, const SheetSort *sort, Err *err)
{
    int64_t n = s->facts.n;
    if (sort->by == SHEET_BY_SCORE || sort->by == SHEET_BY_LOGPROB) {
        qsort(s->entry, (size_t)n, sizeof *s->entry, sort->reverse ? lowest_first : highest_first);
        return 0;
    }
    if (sort->by == SHEET_SHUFFLED && shuffle(s, sort->seed, err))
        return -1;
    for (int64_t i = 0; sort->reverse && i < n / 2; i++) {
        Entry kept = s->entry[i];
        s->entry[i] = s->entry[n - 1 - i];
        s->entry[n - 1 - i] = kept;
    }
    return 0;
}

/* --- reading --- */

enum { ARRAY_BYTES_MAX = 1 << 30 };

/* Frees the references that the sheet does not show. */
static void drop_references(Record *r, int keep)
{
    int exact = record_exact(r), n = 0;
    for (int i = 0; i < r->n_references; i++)
        if (i == exact || keep-- > 0)
            r->references[n++] = r->references[i];
        else
            free(r->references[i]);
    r->n_references = n;
}

/* Where the next record goes; facts.n does not count it yet. */
static Entry *make_room(SheetRecords *s, Err *err)
{
    if (s->facts.n == s->room) {
        int64_t room = s->room ? s->room * 2 : 64;
        Entry *grown = realloc(s->entry, (size_t)room * sizeof *grown);
        if (!grown) {
            err_set(err, "out of memory for %" PRId64 " records", room);
            return NULL;
        }
        s->entry = grown;
        s->room = room;
    }
    return &s->entry[s->facts.n];
}

/* Takes over the record, even if it fails. */
static int add(SheetRecords *s, Record *record, SheetOrder by, int references, Err *err)
{
    Entry *e = record_files_fill(s->files, record, err) ? NULL : make_room(s, err);
    if (!e) {
        record_free(record);
        return -1;
    }
    *e = (Entry){.record = *record, .place = s->facts.n, .key = NAN};
    if (by == SHEET_BY_SCORE)
        e->key = record->score;
    else if (by == SHEET_BY_LOGPROB)
        e->key = record->logprob;
    s->facts.keyed += !isnan(e->key);
    if (note_facts(&s->facts, &e->record))
        return err_set(err, "out of memory");
    drop_references(&e->record, references);
    return 0;
}

static int read_array(SheetRecords *s, RecordReader *reader, SheetOrder by, int references, Err *err)
{
    size_t len;
    int64_t n = 1;
    char *text = record_rest(reader, ARRAY_BYTES_MAX, &len, err);
    Json *list = text ? json_parse(text, len, err) : NULL;
    int rc = list ? 0 : -1;
    free(text);
    for (const Json *e = list ? json_first(list) : NULL; e && !rc; e = json_next(e), n++) {
        Record record;
        if (record_read(&record, e, err))
            rc = err_prefix(err, "element %" PRId64 ": ", n);
        else
            rc = add(s, &record, by, references, err);
    }
    json_free(list);
    return rc ? err_prefix(err, "%s: ", record_name(reader)) : 0;
}

static int read_lines(SheetRecords *s, RecordReader *reader, SheetOrder by, int references, Err *err)
{
    Record record;
    const char *line;
    size_t len;
    int rc;
    while ((rc = record_next(reader, &record, &line, &len, err)) > 0)
        if (add(s, &record, by, references, err))
            return -1;
    return rc;
}

static int read_all(SheetRecords *s, RecordReader *reader, SheetOrder by, int references, Err *err)
{
    s->facts.truth_alone = true;
    int rc = record_is_array(reader) ? read_array(s, reader, by, references, err)
                                     : read_lines(s, reader, by, references, err);
    if (rc == 0 && s->facts.n == 0)
        rc = err_set(err, "%s: no records", record_name(reader));
    return rc;
}

SheetRecords *sheet_records_read(const char *input, const char *data, const SheetSort *sort, int references,
                                 Err *err)
{
    SheetRecords *s = calloc(1, sizeof *s);
    if (!s) {
        err_set(err, "out of memory");
        return NULL;
    }
    s->files = record_files_open(data, err);
    RecordReader *reader = s->files ? record_open(input, err) : NULL;
    int rc = reader ? read_all(s, reader, sort->by, references, err) : -1;
    record_close(reader);
    record_files_close(s->files);
    if (rc || sort_records(s, sort, err)) {
        sheet_records_free(s);
        return NULL;
    }
    return s;
}

void sheet_records_free(SheetRecords *s)
{
    if (!s)
        return;
    for (int64_t i = 0; i < s->facts.n; i++)
        record_free(&s->entry[i].record);
    for (int k = 0; k < SHEET_SPLITS; k++)
        free(s->facts.split[k]);
    free(s->entry);
    free(s);
}

const SheetFacts *sheet_records_facts(const SheetRecords *s)
{
    return &s->facts;
}

const Record *sheet_records_at(const SheetRecords *s, int64_t i)
{
    return &s->entry[i].record;
}
