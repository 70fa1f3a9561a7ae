#include "pipeline/sample/caption_output.h"

#include "io/ranks/ranks.h"

#include <errno.h>
#include <string.h>

enum { CAPTION, WARNING }; /* kinds of entries */

static int cannot_write(Err *err)
{
    return err_set(err, "cannot write: %s", strerror(errno));
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

int caption_output_begin(CaptionOutput *o, const CaptionFormat *format, FILE *out, const Report *report, Err *err)
{
    *o = (CaptionOutput){.out = out, .format = format, .report = report, .ranks = ranks_count()};
    if (o->ranks == 1)
        return 0;
    o->own = (Report){.warn = keep_warning, .ctx = o};
    return team_rounds_begin(&o->rounds, err);
}

void caption_output_free(CaptionOutput *o)
{
    team_rounds_free(&o->rounds);
    *o = (CaptionOutput){0};
}

const Report *caption_output_report(CaptionOutput *o)
{
    return o->ranks == 1 ? o->report : &o->own;
}

static int begin_caption(CaptionOutput *o, Err *err)
{
    int rc = fputs(o->written ? o->format->between : o->format->begin, o->out) == EOF ? cannot_write(err) : 0;
    o->written += rc == 0;
    return rc;
}

int caption_output_put(CaptionOutput *o, const CaptionItem *item, Err *err)
{
    if (o->ranks > 1)
        return o->format->write(o->rounds.out, item, err) || add_entry(o, item->place, CAPTION, err) ? -1 : 0;
    if (begin_caption(o, err) == 0 && o->format->write(o->out, item, err) == 0)
        return 0;
    return -1;
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
                   ? cannot_write(err)
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
        cannot_write(&o->rounds.why);
    return rc;
}

int caption_output_end(CaptionOutput *o, int64_t *broken, Err *err)
{
    int rc = 0;
    if (fprintf(o->out, "%s%s", o->written ? "" : o->format->begin, o->format->end) < 0)
        rc = cannot_write(err);
    if (o->ranks == 1)
        return rc;
    return caption_output_agree(o, rc, err) ? -1 : team_rounds_sum(&o->rounds, broken, err);
}
