#include "pipeline/sample/caption_output.h"

#include "io/ranks/ranks.h"
#include "pipeline/common/plural.h"

#include <errno.h>
#include <string.h>

enum { CAPTION, WARNING }; /* kinds of entries */

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

static int add_entry(CaptionOutput *o, int64_t place, int kind, Err *err)
{
    return team_rounds_add(&o->rounds, place * o->ranks + o->rounds.rank, kind, err);
}

static void keep_warning(void *ctx, const char *text)
{
    CaptionOutput *o = ctx;
    if (fprintf(o->rounds.out, "%s", text) < 0 || add_entry(o, o->place, WARNING, &o->rounds.why))
        err_set(&o->rounds.why, "out of memory");
}

int caption_output_begin(CaptionOutput *o, const CaptionFormat *format, const char *target, const Report *report,
                         Err *err)
{
    *o = (CaptionOutput){.out = stdout, .format = format, .report = report, .ranks = ranks_count()};
    if (ranks_self() == 0 && strcmp(target, "-") && open_file(o, target, err))
        return -1;
    if (o->ranks == 1)
        return 0;
    o->own = (Report){.warn = keep_warning, .ctx = o};
    return team_rounds_begin(&o->rounds, err);
}

void caption_output_free(CaptionOutput *o)
{
    if (o->target && o->out)
        fclose(o->out);
    outfile_abort(&o->file);
    team_rounds_free(&o->rounds);
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
        return o->format->write(o->rounds.out, item, err) || add_entry(o, item->place, CAPTION, err) ? -1 : 0;
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
    return o->ranks == 1 ? rc : team_rounds_agree(&o->rounds, rc, err);
}

/* A warning that is the last one again comes from ranks that see the same, and is said once. */
static int write_entry(void *ctx, const TeamEntry *e, const char *text, Err *err)
{
    CaptionOutput *o = ctx;
    Err warning;
    if (e->kind == CAPTION)
        return begin_caption(o, err) || fwrite(text, 1, (size_t)e->bytes, o->out) < (size_t)e->bytes
                   ? cannot_write(o, err)
                   : 0;
    err_set(&warning, "%.*s", (int)e->bytes, text);
    if (strcmp(warning.text, o->said.text))
        report_warn(o->report, "%s", warning.text);
    o->said = warning;
    return 0;
}

int caption_output_round(CaptionOutput *o, int rc, Err *err)
{
    if (o->ranks == 1)
        return rc ? -1 : report_stop(o->report) != 0;
    rc = team_rounds_end(&o->rounds, rc, report_stop(o->report), write_entry, o, err);
    if (rc >= 0 && fflush(o->out) && !o->rounds.why.text[0])
        cannot_write(o, &o->rounds.why);
    o->stopped = rc == 1;
    return rc;
}

int caption_output_end(CaptionOutput *o, int64_t *broken, Err *err)
{
    int rc = 0;
    if (fprintf(o->out, "%s%s", o->written ? "" : o->format->begin, o->format->end) < 0)
        rc = cannot_write(o, err);
    if (rc == 0 && !o->rounds.why.text[0])
        rc = commit(o, err);
    if (o->ranks == 1)
        return rc;
    return caption_output_agree(o, rc, err) ? -1 : team_rounds_sum(&o->rounds, broken, err);
}
