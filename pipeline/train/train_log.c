#include "pipeline/train/train_log.h"

#include "io/data/trainlog_file.h"
#include "io/file/file.h"
#include "pipeline/common/plural.h"
#include "pipeline/train/claims.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- which file --- */

/* The remembered log, by a name that is valid here: r->log_path, which stays NULL if there is none. */
static int find_remembered(TrainRun *r, Err *err)
{
    if (!r->options->resume || !r->state.log)
        return 0;
    char *model = path_absolute(r->options->resume);
    char *slash = model ? strrchr(model, '/') : NULL;
    if (slash)
        slash[1] = '\0';
    r->log_path = slash ? path_join(model, r->state.log) : NULL;
    if (!r->log_path)
        err_set(err, "%s: %s", r->options->resume, strerror(errno));
    free(model);
    return r->log_path ? 0 : -1;
}

/* The model that is written remembers this log: by its absolute name, or from the model's directory if that has a name
 * that leads from one to the other. */
static int remember(TrainRun *r, const char *log, bool absolute, Err *err)
{
    errno = 0;
    char *name = absolute ? NULL : path_from(r->options->out, log);
    if (!name && errno != ENOMEM)
        name = strdup(log);
    if (!name)
        return err_set(err, "out of memory");
    free(r->state.log);
    r->state.log = name;
    return 0;
}

/* --- opening --- */

int train_claim_log(TrainRun *r, Err *err)
{
    const char *path = r->options->log;
    return path && strcmp(path, "-") ? claim_file(r, CLAIM_LOG, path, err) : 0;
}

static int open_new(TrainRun *r, Err *err)
{
    r->log = fopen(r->log_path, "we");
    r->log_begins = true;
    return r->log ? 0 : err_set(err, "%s: %s", r->log_path, strerror(errno));
}

/* Iterations after the model's, which will be done again, are removed; not those that a later model has. */
static int cut_log(TrainRun *r, bool remembered, Err *err)
{
    const long long at = r->state.iteration;
    int64_t lines;
    int of_later = log_cut(r->log_path, at, &lines, err);
    if (of_later < 0)
        return -1;
    if (of_later && remembered)
        return err_set(err, "%s: goes on after iteration %lld, with a model later than %s", r->log_path, at,
                       r->options->resume);
    if (of_later)
        report_warn(r->report,
                    "%s: goes on after iteration %lld, with a model later than %s; this run's lines follow",
                    r->log_path, at, r->options->resume);
    else if (lines)
        report_note(r->report, "%s: %lld line%s after iteration %lld removed, as %s does not have them",
                    r->log_path, (long long)lines, plural(lines), at, r->options->resume);
    return 0;
}

/* What the log lacks before this run's lines. */
static void note_gap(const TrainRun *r, LogContent content, const LogEnds *ends)
{
    const long long at = r->state.iteration, last = content == LOG_EVENTS ? ends->last.iteration : 0;
    if (last >= at)
        return;
    if (content == LOG_EMPTY)
        report_note(r->report, "%s: begins with iteration %lld", r->log_path, at + 1);
    else
        report_note(r->report, "%s: has nothing between iteration %lld and %lld", r->log_path, last, at + 1);
}

/* A log that the model remembers must still be this run's; to one that the user names the lines are added anyway. */
static int continue_log(TrainRun *r, bool remembered, Err *err)
{
    LogEnds ends;
    int64_t cut;
    bool goes_on = r->state.iteration < r->total;
    LogContent content = log_look(r->log_path, &ends, err);
    if (content == LOG_BAD)
        return -1;
    bool marked = content == LOG_EVENTS && *ends.first.run && r->state.run;
    bool of_another = marked && strcmp(ends.first.run, r->state.run);
    if (of_another && remembered)
        return err_set(err, "%s: now the log of another run", r->log_path);
    if (marked && !of_another && goes_on && ends.last.iteration > r->state.iteration &&
        (cut_log(r, remembered, err) || (content = log_look(r->log_path, &ends, err)) == LOG_BAD))
        return -1;
    if (!(r->log = log_append(r->log_path, &cut, err)))
        return -1;
    if (of_another)
        report_warn(r->report, "%s: the log of another run; this one's lines follow", r->log_path);
    if (cut)
        report_warn(r->report, "%s: its last line was cut off and is removed (%lld bytes)", r->log_path,
                    (long long)cut);
    if (goes_on && !of_another && log_stays(r->log))
        note_gap(r, content, &ends);
    r->log_begins = content == LOG_EMPTY;
    return 0;
}

static void continue_remembered(TrainRun *r)
{
    Err why;
    int there = file_exists(r->log_path, &why);
    if (there == 0)
        err_set(&why, "%s: %s", r->log_path, strerror(ENOENT));
    else if (there > 0 && !claim_file(r, CLAIM_LOG, r->log_path, &why) && !continue_log(r, true, &why)) {
        bool elsewhere = !path_same(r->options->out, r->options->resume);
        report_note(r->report, "%s: continued%s%s%s", r->log_path, elsewhere ? ", for " : "",
                    elsewhere ? r->options->out : "", elsewhere ? " (--log FILE gives it a log of its own)" : "");
        return;
    }
    report_warn(r->report, "%s; this run is not logged (--log FILE says where)", why.text);
}

static int open_asked(TrainRun *r, Err *err)
{
    const TrainOptions *o = r->options;
    bool is_stdout = !strcmp(o->log, "-");
    free(r->log_path);
    r->log_path = strdup(is_stdout ? "standard output" : o->log);
    if (!r->log_path)
        return err_set(err, "out of memory");
    if (is_stdout) {
        r->log = stdout;
        r->log_begins = true;
        return 0;
    }
    if (o->resume ? continue_log(r, false, err) : open_new(r, err))
        return -1;
    return log_stays(r->log) ? remember(r, o->log, o->log[0] == '/', err) : 0;
}

int train_open_log(TrainRun *r, Err *err)
{
    if (find_remembered(r, err) || (r->log_path && remember(r, r->log_path, r->state.log[0] == '/', err)))
        return -1;
    if (r->options->log)
        return open_asked(r, err);
    if (r->log_path && r->state.iteration < r->total)
        continue_remembered(r);
    return 0;
}

/* --- writing --- */

int train_log_event(TrainRun *r, const char *event, double rate, bool validated, Err *err)
{
    LogEvent e = {.iteration = r->state.iteration,
                  .epoch = r->state.epoch,
                  .loss = r->loss,
                  .lr = r->lr,
                  .captions_per_s = rate,
                  .val_loss = validated ? r->val_loss : NAN,
                  .reward = r->critic && !isnan(r->drawn.reward) ? &r->drawn : NULL,
                  .scores = validated ? &r->val_scores : NULL,
                  .words = !strcmp(event, "iteration") ? &r->words : NULL};
    snprintf(e.event, sizeof e.event, "%s", event);
    if (r->log_begins && r->state.run) {
        snprintf(e.run, sizeof e.run, "%s", r->state.run);
        snprintf(e.plan, sizeof e.plan, "%s", r->plan);
    }
    r->log_begins = false;
    if (!r->log || !log_write(r->log, &e, err))
        return 0;
    r->log_lost = true;
    return err_prefix(err, "%s: ", r->log_path);
}

int train_close_log(TrainRun *r, Err *err)
{
    FILE *log = r->log;
    r->log = NULL;
    if (!log || log == stdout || fclose(log) == 0)
        return 0;
    return err_set(err, "%s: %s", r->log_path, strerror(errno));
}
