#include "pipeline/sample/caption_output.h"

#include "io/ranks/ranks.h"
#include "pipeline/common/plural.h"
#include "pipeline/common/team.h"
#include "pipeline/common/team_agree.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int cannot_write(const CaptionOutput *o, Err *err)
{
    if (o->target)
        return err_set(err, "%s: cannot write: %s", o->target, strerror(errno));
    return err_set(err, "cannot write: %s", strerror(errno));
}

/* --- the file --- */

static int open_file(CaptionOutput *o, const char *target, Err *err)
{
    if (outfile_begin(&o->file, target, err))
        return -1;
    o->target = target;
    o->out = fopen(o->file.path, "we");
    return o->out ? 0 : cannot_write(o, err);
}

static int commit(CaptionOutput *o, Err *err)
{
    FILE *out = o->out;
    if (!o->target)
        return 0;
    if (o->stopped || report_stop(o->report)) {
        report_note(o->report, "stopped: %s is left as it was", o->target);
        return 0;
    }
    o->out = NULL;
    if (fclose(out))
        return cannot_write(o, err);
    if (outfile_commit(&o->file, err))
        return -1;
    report_note(o->report, "%s: %lld caption%s", o->target, (long long)o->written, plural(o->written));
    return 0;
}

/* --- this rank's --- */

static int new_round(CaptionOutput *o, Err *err)
{
    if (o->text)
        fclose(o->text);
    free(o->bytes);
    o->bytes = NULL;
    o->n = o->filled = 0;
    o->text = open_memstream(&o->bytes, &o->size);
    return o->text ? 0 : err_set(err, "out of memory");
}

/* What was put into the round's text since the last entry. */
static int add_entry(CaptionOutput *o, int64_t place, bool warning, Err *err)
{
    if (fflush(o->text))
        return err_set(err, "out of memory");
    if (o->n == o->room) {
        int64_t more = o->room ? 2 * o->room : 256;
        CaptionEntry *grown = realloc(o->entry, (size_t)more * sizeof *grown);
        if (!grown)
            return err_set(err, "out of memory");
        o->entry = grown;
        o->room = more;
    }
    memset(&o->entry[o->n], 0, sizeof *o->entry); /* the gaps, too, are sent */
    o->entry[o->n].place = place * o->ranks + o->rank;
    o->entry[o->n].bytes = (int64_t)o->size - o->filled;
    o->entry[o->n++].warning = warning;
    o->filled = (int64_t)o->size;
    return 0;
}

static void keep_warning(void *ctx, const char *text)
{
    CaptionOutput *o = ctx;
    if (fprintf(o->text, "%s", text) < 0 || add_entry(o, o->place, true, &o->why))
        err_set(&o->why, "out of memory");
}

int caption_output_begin(CaptionOutput *o, const CaptionFormat *format, const char *target, const Report *report,
                         Err *err)
{
    *o = (CaptionOutput){
        .out = stdout, .format = format, .report = report, .rank = ranks_self(), .ranks = ranks_count()};
    if (o->rank == 0 && strcmp(target, "-") && open_file(o, target, err))
        return -1;
    if (o->ranks == 1)
        return 0;
    o->own = (Report){.warn = keep_warning, .ctx = o};
    return new_round(o, err);
}

void caption_output_free(CaptionOutput *o)
{
    if (o->target && o->out)
        fclose(o->out);
    outfile_abort(&o->file);
    if (o->text)
        fclose(o->text);
    free(o->bytes);
    free(o->entry);
    *o = (CaptionOutput){0};
}

const Report *caption_output_report(CaptionOutput *o)
{
    return o->ranks == 1 ? o->report : &o->own;
}

static int begin_caption(CaptionOutput *o, Err *err)
{
    int rc = fputs(o->written ? o->format->between : o->format->begin, o->out) == EOF ? cannot_write(o, err) : 0;
    o->written += rc == 0;
    return rc;
}

int caption_output_put(CaptionOutput *o, const CaptionItem *item, Err *err)
{
    if (o->ranks > 1)
        return o->format->write(o->text, item, err) || add_entry(o, item->place, false, err) ? -1 : 0;
    if (begin_caption(o, err))
        return -1;
    int rc = o->format->write(o->out, item, err);
    return rc && o->target && ferror(o->out) ? err_prefix(err, "%s: ", o->target) : rc;
}

int caption_output_flush(CaptionOutput *o, Err *err)
{
    return fflush(o->out) ? cannot_write(o, err) : 0;
}

/* --- all ranks --- */

int caption_output_agree(CaptionOutput *o, int rc, Err *err)
{
    if (rc == 0 && o->why.text[0])
        rc = err_set(err, "%s", o->why.text);
    rc = team_agree_outcome(rc, NULL, err);
    if (rc < 0)
        team_fail_alone();
    return rc ? -1 : 0;
}

int caption_output_alike(const char *const *names, const char *facts, int n, Err *err)
{
    int rc = team_agree_facts(names, facts, n, err);
    if (rc < 0)
        team_fail_alone();
    return rc ? -1 : 0;
}

/* What a rank has of a round. */
typedef struct {
    int64_t n, bytes, stop, broken;
} Load;

static int gather_loads(const CaptionOutput *o, Load *all, int64_t broken, Err *err)
{
    const Load mine = {o->n, o->filled, report_stop(o->report), broken};
    return ranks_gather(&mine, sizeof mine, all, err);
}

/* A rank's entries, as rank 0 gets them. */
typedef struct {
    CaptionEntry *entry; /* (n) */
    char *text;
    int64_t n;
} Received;

static int receive(const CaptionOutput *o, const Load *load, Received *from, RankMessage *message, Err *err)
{
    int n = 0;
    for (int k = 0; k < o->ranks; k++) {
        size_t entries = (size_t)load[k].n * sizeof *from->entry, bytes = (size_t)load[k].bytes;
        from[k] = (Received){malloc(entries + 1), malloc(bytes + 1), load[k].n};
        if (!from[k].entry || !from[k].text)
            return err_set(err, "out of memory");
        if (k > 0) {
            message[n++] = (RankMessage){k, from[k].entry, entries};
            message[n++] = (RankMessage){k, from[k].text, bytes};
        } else if (entries) {
            memcpy(from[k].entry, o->entry, entries);
            memcpy(from[k].text, o->bytes, bytes);
        }
    }
    return ranks_exchange(message, n, NULL, 0, RANKS_EAGER, err);
}

/* A warning that is the last one again comes from ranks that see the same, and is said once. */
static int write_entry(CaptionOutput *o, const CaptionEntry *e, const char *text, Err *err)
{
    Err warning;
    if (!e->warning)
        return begin_caption(o, err) || fwrite(text, 1, (size_t)e->bytes, o->out) < (size_t)e->bytes
                   ? cannot_write(o, err)
                   : 0;
    err_set(&warning, "%.*s", (int)e->bytes, text);
    if (strcmp(warning.text, o->said.text))
        report_warn(o->report, "%s", warning.text);
    o->said = warning;
    return 0;
}

typedef struct {
    const CaptionEntry *entry;
    const char *text;
} Placed;

static int by_place(const void *a, const void *b)
{
    const CaptionEntry *x = ((const Placed *)a)->entry, *y = ((const Placed *)b)->entry;
    return (x->place > y->place) - (x->place < y->place);
}

/* A rank warns of an image before the captions of earlier ones are found. */
static int write_in_order(CaptionOutput *o, const Received *from, Err *err)
{
    size_t n = 0, at = 0;
    int rc = 0;
    for (int k = 0; k < o->ranks; k++)
        n += (size_t)from[k].n;
    Placed *all = malloc(n * sizeof *all + 1);
    if (!all)
        return err_set(err, "out of memory");
    for (int k = 0; k < o->ranks; k++) {
        const char *text = from[k].text;
        for (int64_t i = 0; i < from[k].n; text += from[k].entry[i++].bytes)
            all[at++] = (Placed){&from[k].entry[i], text};
    }
    qsort(all, n, sizeof *all, by_place);
    for (size_t i = 0; rc == 0 && i < n; i++)
        rc = write_entry(o, all[i].entry, all[i].text, err);
    free(all);
    return rc ? rc : caption_output_flush(o, err);
}

/* Rank 0: a failure to write is told to the others with the next round. -1: a rank does not answer. */
static int collect(CaptionOutput *o, const Load *load, Err *err)
{
    Received *from = calloc((size_t)o->ranks, sizeof *from);
    RankMessage *message = calloc(2 * (size_t)o->ranks, sizeof *message);
    int rc = from && message ? receive(o, load, from, message, err) : err_set(err, "out of memory");
    if (rc == 0 && !o->why.text[0])
        write_in_order(o, from, &o->why);
    for (int k = 0; from && k < o->ranks; k++) {
        free(from[k].entry);
        free(from[k].text);
    }
    free(from);
    free(message);
    return rc;
}

static int hand_in(CaptionOutput *o, Err *err)
{
    const RankMessage mine[] = {{0, o->entry, (size_t)o->n * sizeof *o->entry}, {0, o->bytes, (size_t)o->filled}};
    return ranks_exchange(NULL, 0, mine, 2, RANKS_EAGER, err);
}

int caption_output_round(CaptionOutput *o, int rc, Err *err)
{
    if (o->ranks == 1)
        return rc ? -1 : report_stop(o->report) != 0;
    if (caption_output_agree(o, rc, err))
        return -1;
    Load *load = calloc((size_t)o->ranks, sizeof *load);
    int64_t stop = 0;
    rc = load ? gather_loads(o, load, 0, err) : err_set(err, "out of memory");
    if (rc == 0)
        rc = (o->rank ? hand_in(o, err) : collect(o, load, err)) || new_round(o, err) ? -1 : 0;
    for (int k = 0; load && k < o->ranks; k++)
        stop |= load[k].stop;
    free(load);
    o->stopped = stop != 0;
    if (rc)
        team_fail_alone();
    return rc ? rc : o->stopped;
}

int caption_output_end(CaptionOutput *o, int64_t *broken, Err *err)
{
    int rc = 0;
    if (fprintf(o->out, "%s%s", o->written ? "" : o->format->begin, o->format->end) < 0)
        rc = cannot_write(o, err);
    if (rc == 0)
        rc = commit(o, err);
    if (o->ranks == 1)
        return rc;
    if (caption_output_agree(o, rc, err))
        return -1;
    Load *load = calloc((size_t)o->ranks, sizeof *load);
    rc = load ? gather_loads(o, load, *broken, err) : err_set(err, "out of memory");
    if (rc)
        team_fail_alone();
    *broken = 0;
    for (int k = 0; rc == 0 && k < o->ranks; k++)
        *broken += load[k].broken;
    free(load);
    return rc;
}
