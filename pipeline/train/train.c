#include "pipeline/train/train.h"

#include "io/base/clock.h"
#include "io/file/file.h"
#include "io/ranks/ranks.h"
#include "model/optim/regularize.h"
#include "model/optim/update.h"
#include "pipeline/common/plural.h"
#include "pipeline/train/agree.h"
#include "pipeline/train/rate.h"
#include "pipeline/train/self_critical.h"
#include "pipeline/train/shards.h"
#include "pipeline/train/train_log.h"
#include "pipeline/train/train_start.h"
#include "pipeline/train/validate.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

/* --- the file --- */

static bool ended(const TrainRun *r)
{
    return r->state.iteration >= r->total || out_of_patience(r);
}

/* Whether the output is of the same run and further along than this one, which was begun again and has not ended: then
 * it stays, as this run would make it again. */
static bool is_behind(const TrainRun *r)
{
    return r->state.iteration < r->ahead && !ended(r);
}

static int save(TrainRun *r, Err *err)
{
    if (is_behind(r))
        return 0;
    if (train_write(r, r->options->out, err))
        return -1;
    return train_log_event(r, "checkpoint", NAN, false, err);
}

/* --- an iteration --- */

/* The learning rate of the next iteration. */
static void set_rate(TrainRun *r)
{
    const TrainState *s = &r->state;
    r->lr = s->optim.learning_rate * rate_factor(&s->settings, s->iteration, r->total);
}

static bool clips(const TrainSettings *t)
{
    return t->clip > 0 || t->clip_value > 0;
}

/* The minibatch's loss and gradient, and the update: beside the backward pass, or, of a gradient that is clipped or
 * summed over shards, after it. */
static int learn(TrainRun *r, const Batch *b, Err *err)
{
    TrainState *s = &r->state;
    const TrainSettings *t = &s->settings;
    set_rate(r);
    Update update = {.optim = s->optim,
                     .slot = s->slot,
                     .params = &r->model.params,
                     .grads = &r->grads,
                     .decay = r->lr * t->weight_decay};
    Jobs jobs = {.n = 0};
    update.optim.learning_rate = r->lr;
    update.optim.step++;
    if (shards_loss(r, b, &r->stop, clips(t) ? NULL : &update, err))
        return -1;
    if (clips(t))
        gradient_clip(t->clip, t->clip_value, r->grads.data, r->grads.n);
    update_add_rest(&jobs, &update); /* none, after an update beside the backward pass */
    jobs_run(&jobs, NULL);
    s->optim.step++;
    return 0;
}

/* At the end of an epoch, or where a validation is due. */
static int milestones(TrainRun *r, Err *err)
{
    TrainState *s = &r->state;
    bool epoch_ends = s->iteration % r->per_epoch == 0, due = validation_due(r);
    if (epoch_ends)
        s->optim.learning_rate = rate_after_epoch(&s->settings, s->optim.learning_rate, s->epoch);
    if (due && validate(r, err))
        return -1;
    if (!epoch_ends && !due)
        return 0;
    set_rate(r);
    return train_log_event(r, epoch_ends ? "epoch" : "validation", NAN, due, err);
}

/* Drawn captions are learnt from by their rewards, so that their loss says nothing of a word; and against smoothed
 * targets there is no perplexity. */
static void find_words(TrainRun *r, const Batch *b)
{
    if (r->critic)
        return;
    r->words.loss = r->loss * b->n / (double)batch_words(&r->data, b);
    if (r->state.settings.label_smoothing == 0)
        r->words.perplexity = exp(r->words.loss);
}

/* What stands beside the loss. The mean of the baseline that is itself a mean of rewards is the mean reward again. */
static void note_loss(const TrainRun *r)
{
    char more[120] = "";
    size_t n = 0;
    if (r->critic)
        n = (size_t)snprintf(more, sizeof more, " reward: %.4f", r->drawn.reward);
    if (r->critic && r->state.settings.baseline != BASELINE_MEAN)
        snprintf(more + n, sizeof more - n, " baseline: %.4f", r->drawn.baseline);
    if (!isnan(r->words.loss))
        n = (size_t)snprintf(more, sizeof more, " per word: %.4f", r->words.loss);
    if (!isnan(r->words.perplexity))
        snprintf(more + n, sizeof more - n, " perplexity: %.3f", r->words.perplexity);
    report_note(r->report, "(Iteration %lld / %lld) loss: %f%s", (long long)r->state.iteration, (long long)r->total,
                r->loss, more);
}

static int iterate(TrainRun *r, Err *err)
{
    TrainState *s = &r->state;
    double began = clock_now();
    const Batch *b = batches_next(r->source, err);
    if (!b || learn(r, b, err))
        return -1;
    r->agreed = !isfinite(r->loss);
    if (r->agreed)
        return err_set(err, "the loss is %f at iteration %lld (a lower --lr?); %s %s", r->loss,
                       (long long)s->iteration + 1, r->options->out,
                       file_exists(r->options->out, NULL) ? "is left as it was" : "was not written");
    if (train_state_add_loss(s, r->loss))
        return err_set(err, "out of memory");
    s->rng = b->rng;
    s->epoch = s->iteration / r->per_epoch + 1;
    s->iteration++;
    find_words(r, b);
    report_state(r->report, "epoch %lld, loss %.3f", (long long)s->epoch, r->loss);
    if (r->options->print_every && (s->iteration - 1) % r->options->print_every == 0)
        note_loss(r);
    int rc = train_log_event(r, "iteration", b->n * samples_of(&s->settings) / (clock_now() - began), false, err);
    /* Even if the log is lost: the state that is saved then is the one after a whole iteration. */
    return milestones(r, err) ? -1 : rc;
}

/* --- the run --- */

/* A signal, which ends all ranks after the same iteration: those that did not get it act as if they had. */
static bool stopped(const TrainRun *r)
{
    if (r->stop && !report_stop(r->report))
        raise(r->stop);
    return r->share.ranks > 1 ? r->stop : report_stop(r->report);
}

static int loop(TrainRun *r, Err *err)
{
    int64_t every = r->options->save_every;
    set_rate(r);
    while (!ended(r) && !stopped(r)) {
        if (iterate(r, err))
            return -1;
        report_progress(r->report, r->state.iteration, r->total);
        if (every > 0 && r->state.iteration % every == 0 && !ended(r) && save(r, err))
            return -1;
    }
    return 0;
}

/* What was written where; the best model only if a validation of this run has written it. */
static void note_end(const TrainRun *r)
{
    const TrainOptions *o = r->options;
    const char *best = r->kept_best ? r->state.settings.keep_best : NULL;
    char loss[64] = "";
    if (r->state.iteration)
        snprintf(loss, sizeof loss, ", last loss %f", r->loss);
    report_note(r->report, "%s: %lld iteration%s%s%s%s%s%s", o->out, (long long)r->state.iteration,
                plural(r->state.iteration), loss, best ? "; the best model: " : "", best ? best : "",
                r->log ? "; log: " : "", r->log ? r->log_path : "");
}

static int finish(TrainRun *r, Err *err)
{
    if (save(r, err))
        return -1;
    if (is_behind(r))
        report_note(r->report,
                    "stopped at iteration %lld of %lld; %s stays as it is, at iteration %lld of the same run",
                    (long long)r->state.iteration, (long long)r->total, r->options->out, (long long)r->ahead);
    else if (!ended(r))
        report_note(r->report, "stopped at iteration %lld of %lld; saved to %s", (long long)r->state.iteration,
                    (long long)r->total, r->options->out);
    if (!ended(r))
        return 0;
    if (r->state.iteration < r->total)
        report_note(r->report, "ended at iteration %lld of %lld: %lld validations without a better one",
                    (long long)r->state.iteration, (long long)r->total, (long long)r->state.stale);
    if (train_log_event(r, "done", NAN, false, err))
        return -1;
    note_end(r);
    return 0;
}

/* The resumed file stays as it is, and is copied if another name was asked for. */
static int nothing_left(TrainRun *r, Err *err)
{
    const TrainOptions *o = r->options;
    report_note(r->report, "%s: nothing left to do: the model is at iteration %lld, and the run ends at %lld%s",
                o->resume, (long long)r->state.iteration, (long long)r->total,
                r->state.iteration < r->total ? "; a larger --patience continues" : "");
    return strcmp(o->out, o->resume) ? train_write(r, o->out, err) : 0;
}

/* The log's failure is reported, but hours of training are kept. */
static void save_without_log(TrainRun *r, Err *err)
{
    Err why;
    if (is_behind(r))
        return;
    if (train_write(r, r->options->out, &why))
        err_set(err, "%s; not saved either: %s", err->text, why.text);
    else
        err_set(err, "%s; %s is saved, at iteration %lld", err->text, r->options->out,
                (long long)r->state.iteration);
}

int train_run(const TrainOptions *options, const Report *report, TrainResult *result, Err *err)
{
    Err own;
    err = err ? err : &own;
    const Report silent = {.stop = report->stop};
    TrainRun r = {.options = options, .report = ranks_self() ? &silent : report};
    int rc = train_start(&r, err);
    if (rc == 0 && options->resume && ended(&r))
        rc = nothing_left(&r, err);
    else if (rc == 0)
        rc = loop(&r, err) || finish(&r, err) ? -1 : 0;
    if (rc && r.log_lost)
        save_without_log(&r, err);
    if (rc == 0 && (rc = train_close_log(&r, err)))
        err_set(err, "%s; %s is saved", err->text, options->out);
    bool alone = rc && r.share.ranks > 1 && !r.agreed;
    if (alone)
        err_prefix(err, "rank %d on %s: ", r.share.rank, ranks_host(r.share.rank));
    *result = (TrainResult){r.loss, rc == 0 && ended(&r), alone, r.contradiction};
    train_end(&r);
    return rc;
}
