#include "pipeline/train/guard.h"

#include "io/data/trainlog_file.h"
#include "io/file/file.h"
#include "pipeline/model_file/model_file.h"

#include <string.h>
#include <sys/stat.h>

static bool holds_something(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0;
}

/* Whether two outputs would go to one file. Devices take both. */
static bool one_file(const char *a, const char *b)
{
    struct stat st;
    return a && b && path_same(a, b) && (stat(b, &st) || S_ISREG(st.st_mode));
}

static bool same_mark(const char *a, const char *b)
{
    return a && b && !strcmp(a, b);
}

/* --- the model --- */

/* A setting in which the run of a file differs from this one. Returns -1. */
static int refuse_setting(const TrainRun *r, const TrainState *file, const Setting *s, const char *what, Err *err)
{
    char there[CHOICE_WORD], here[CHOICE_WORD];
    return err_set(err, "%s: holds %s, with --%s %s, not %s; %s--force replaces it", r->options->out, what,
                   s->option, setting_print(s, &file->settings, there), setting_print(s, &r->state.settings, here),
                   s->may_change ? "--resume continues it, " : "");
}

static int refuse_model(const TrainRun *r, const TrainState *file, Err *err)
{
    const Setting *s = settings_differ(&file->settings, &r->state.settings, false);
    if (s)
        return refuse_setting(r, file, s, "another run", err);
    const char *how = file->captions_digest != r->state.captions_digest ? ", on other captions"
                      : file->run                                       ? ", from another start"
                                                                        : "";
    return err_set(err, "%s: holds another run%s; --force replaces it", r->options->out, how);
}

static int check_model(TrainRun *r, const TrainState *file, Err *err)
{
    const TrainOptions *o = r->options;
    if (!same_mark(file->run, r->state.run))
        return refuse_model(r, file, err);
    const Setting *s = settings_differ(&file->settings, &r->state.settings, true);
    if (s)
        return refuse_setting(r, file, s, "this run", err);
    r->ahead = o->resume ? 0 : file->iteration;
    if (o->resume || file->iteration >= r->total)
        report_note(r->report, "%s: the same run again", o->out);
    else /* most likely a slip */
        report_warn(r->report,
                    "%s: the same run again, from its beginning; --resume would continue at iteration %lld", o->out,
                    (long long)file->iteration);
    return 0;
}

static int guard_model(TrainRun *r, Err *err)
{
    const TrainOptions *o = r->options;
    TrainState file;
    if (!holds_something(o->out) || (o->resume && path_same(o->out, o->resume)))
        return 0;
    int rc = model_peek(&file, o->out, err);
    if (rc < 0)
        return err_set(err, "%s; --force replaces the file", err->text);
    if (rc == 0)
        return err_set(err, "%s: holds a model but not its training; --force replaces it", o->out);
    rc = check_model(r, &file, err);
    train_state_free(&file);
    return rc;
}

/* The best model so far, of this run: what its file holds is from before, or from a run that is done again. */
static int guard_best(TrainRun *r, Err *err)
{
    const char *path = r->state.settings.keep_best;
    TrainState file;
    if (!path || !holds_something(path))
        return 0;
    int rc = model_peek(&file, path, err);
    if (rc < 0)
        return err_set(err, "%s; --force replaces the file", err->text);
    if (rc == 0 || !same_mark(file.run, r->state.run))
        rc = err_set(err, "%s: holds a model of another run; --force replaces it", path);
    else
        rc = 0;
    r->best_ahead = rc || r->options->resume ? 0 : file.iteration;
    train_state_free(&file);
    return rc;
}

/* --- the log --- */

static int guard_log(const TrainRun *r, Err *err)
{
    const char *path = r->options->log;
    LogEnds ends;
    LogContent content = log_look(path, &ends, err);
    if (content == LOG_BAD)
        return err_set(err, "%s; --force replaces the file", err->text);
    if (content == LOG_EMPTY)
        return 0;
    if (!same_mark(ends.first.run, r->state.run) || !same_mark(ends.first.plan, r->plan))
        return err_set(err, "%s: the log of another run; --force replaces it", path);
    if (ends.last.iteration > r->total)
        return err_set(
            err, "%s: this run's log, continued to iteration %lld, and %lld are asked for; --force replaces it",
            path, (long long)ends.last.iteration, (long long)r->total);
    report_note(r->report, "%s: the same run again", path);
    return 0;
}

int outputs_differ(const TrainRun *r, Err *err)
{
    const TrainOptions *o = r->options;
    const char *best = r->state.settings.keep_best;
    if (one_file(o->log, o->out))
        return err_set(err, "%s: cannot be both the model and the log", o->out);
    if (one_file(best, o->out) || one_file(best, o->log))
        return err_set(err, "%s: --keep-best needs a file of its own", best);
    return 0;
}

int guard_outputs(TrainRun *r, Err *err)
{
    const TrainOptions *o = r->options;
    Err why;
    err = err ? err : &why;
    if (o->force)
        return 0;
    return guard_model(r, err) || guard_best(r, err) || (o->log && !o->resume && guard_log(r, err)) ? -1 : 0;
}
