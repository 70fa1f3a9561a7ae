#include "pipeline/train/train.h"

#include "io/data/trainlog.h"
#include "model/loss.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* One run. */
typedef struct {
    const TrainOptions *options;
    const Report *report;
    Dataset data, val;
    int64_t *subset; /* --max-train: caption rows; NULL for all */
    Captions captions;
    Model model;
    Params grads;
    TrainState state;
    LossWork *work;
    BatchSource *source;
    Batch val_batch;
    FILE *log;
    bool log_lost; /* it could not be written */
    int64_t per_epoch, total;
    double loss; /* of the last iteration */
} Run;

/* --- settings of a file --- */

static void shape_of(TrainOptions *o, const ModelShape *s)
{
    o->cell = s->cell;
    o->hidden = s->H;
    o->wordvec = s->W;
}

int train_resume_settings(TrainOptions *o, const char *path, Err *err)
{
    TrainState state;
    Model model;
    int rc = state_load(&state, &model, path, err);
    if (rc == 0) {
        o->settings = state.settings;
        state.settings.data = NULL; /* the caller's now */
        shape_of(o, &model.params.shape);
    }
    state_free(&state);
    model_free(&model);
    return rc;
}

int train_init_shape(TrainOptions *o, const char *path, Err *err)
{
    Model model;
    if (model_load(&model, path, err))
        return -1;
    shape_of(o, &model.params.shape);
    model_free(&model);
    return 0;
}

/* --- start --- */

static int open_data(Run *r, Err *err)
{
    const Settings *s = &r->options->settings;
    int flags = s->raw_features ? DATASET_RAW : 0;
    if (dataset_open(&r->data, s->data, "train", flags, err))
        return -1;
    if (s->val_every > 0 && dataset_open(&r->val, s->data, "val", flags, err))
        return -1;
    if (s->val_every > 0 && r->val.features.columns != r->data.features.columns)
        return err_set(err, "%s has %lld features, %s %lld", r->val.features_path,
                       (long long)r->val.features.columns, r->data.features_path,
                       (long long)r->data.features.columns);
    return 0;
}

/* --max-train: the first thing drawn, with replacement, as the course's load_coco_data does. */
static int draw_subset(Run *r, Rng *rng, Err *err)
{
    int64_t n = r->options->settings.max_train;
    r->captions = (Captions){.data = &r->data, .rows = NULL, .n = r->data.n};
    if (n == 0)
        return 0;
    r->subset = malloc((size_t)n * sizeof *r->subset);
    if (!r->subset)
        return err_set(err, "no memory for %lld captions", (long long)n);
    for (int64_t i = 0; i < n; i++)
        r->subset[i] = rng_randint(rng, r->data.n);
    r->captions.rows = r->subset;
    r->captions.n = n;
    return 0;
}

static char **copy_words(const Vocab *v)
{
    char **words = calloc((size_t)v->size + 1, sizeof *words);
    for (int i = 0; words && i < v->size; i++)
        if (!(words[i] = strdup(v->word[i]))) {
            h5_free_strings(words, v->size);
            return NULL;
        }
    return words;
}

static int fresh_model(Run *r, Rng *rng, Err *err)
{
    const TrainOptions *o = r->options;
    ModelShape shape = {o->cell, (int)r->data.features.columns, (int)o->wordvec, (int)o->hidden, r->data.vocab.size};
    char **words = copy_words(&r->data.vocab);
    if (!words || vocab_take(&r->model.vocab, words, r->data.vocab.size, r->data.dir, err))
        return words ? -1 : err_set(err, "out of memory");
    if (params_alloc(&r->model.params, &shape))
        return err_set(err, "no memory for a model of %d features, %d, %d and %d words", shape.D, shape.W, shape.H,
                       shape.V);
    params_init(&r->model.params, rng);
    return 0;
}

/* A run from the beginning: the random numbers in the course's order. */
static int start_fresh(Run *r, Err *err)
{
    const TrainOptions *o = r->options;
    TrainState *s = &r->state;
    s->settings = o->settings;
    s->settings.data = strdup(o->settings.data);
    s->optim = optim_defaults(o->settings.rule);
    s->optim.learning_rate = o->settings.lr;
    s->best_val_loss = NAN;
    s->captions_digest = captions_digest(&r->data);
    rng_seed(&s->rng, (uint32_t)o->settings.seed);
    if (!s->settings.data)
        return err_set(err, "out of memory");
    if (draw_subset(r, &s->rng, err))
        return -1;
    if (o->init ? model_load(&r->model, o->init, err) : fresh_model(r, &s->rng, err))
        return -1;
    r->model.caption_length = r->data.width;
    if (state_alloc(s, r->model.params.n))
        return err_set(err, "out of memory");
    return 0;
}

/* A run from where a file stopped: its state, and the subset drawn again from its seed. */
static int start_again(Run *r, Err *err)
{
    const TrainOptions *o = r->options;
    TrainState *s = &r->state;
    Rng rng;
    if (state_load(s, &r->model, o->resume, err))
        return -1;
    if (s->captions_digest != captions_digest(&r->data))
        return err_set(err, "%s: train: these are not the captions that %s was trained on", o->settings.data,
                       o->resume);
    free(s->settings.data);
    s->settings = o->settings;
    s->settings.data = strdup(o->settings.data);
    if (!s->settings.data)
        return err_set(err, "out of memory");
    rng_seed(&rng, (uint32_t)s->settings.seed);
    if (s->iteration > 0)
        r->loss = s->loss[s->iteration - 1];
    return draw_subset(r, &rng, err);
}

static int plan_length(Run *r, Err *err)
{
    const Settings *s = &r->options->settings;
    r->per_epoch = batches_per_epoch(r->captions.n, (int)s->batch_size);
    r->total = s->iterations;
    if (s->iterations < 0 && __builtin_mul_overflow(s->epochs, r->per_epoch, &r->total))
        return err_set(err, "%lld epochs of %lld iterations are too many", (long long)s->epochs,
                       (long long)r->per_epoch);
    return 0;
}

static int alloc_work(Run *r, Err *err)
{
    const Settings *s = &r->options->settings;
    int width = r->data.width, val = s->val_every > 0;
    if (val && r->val.width > width)
        width = r->val.width;
    if (params_alloc(&r->grads, &r->model.params.shape) ||
        !(r->work = loss_work_new(&r->model.params.shape, (int)s->batch_size, width - 1, s->precision)) ||
        (val && batch_alloc(&r->val_batch, &r->val, (int)s->batch_size)))
        return err_set(err, "no memory for minibatches of %lld", (long long)s->batch_size);
    return 0;
}

static int open_log(Run *r, Err *err)
{
    const TrainOptions *o = r->options;
    if (!o->log)
        return 0;
    r->log = strcmp(o->log, "-") ? fopen(o->log, o->resume ? "ae" : "we") : stdout;
    return r->log ? 0 : err_set(err, "%s: %s", o->log, strerror(errno));
}

/* Says now, not after hours, that the model cannot be written. */
static int try_output(const char *path, Err *err)
{
    OutFile out;
    if (outfile_begin(&out, path, err))
        return -1;
    outfile_abort(&out);
    return 0;
}

static int start(Run *r, Err *err)
{
    const TrainOptions *o = r->options;
    const char *origin = o->resume ? o->resume : o->init;
    if (try_output(o->out, err) || open_data(r, err))
        return -1;
    if (o->resume ? start_again(r, err) : start_fresh(r, err))
        return -1;
    if (origin && model_fits(&r->model, origin, r->data.features.columns, r->data.features_path, &r->data.vocab,
                             r->data.dir, err))
        return -1;
    if (plan_length(r, err) || alloc_work(r, err) || open_log(r, err))
        return -1;
    if (r->state.iteration >= r->total)
        return 0;
    r->source = batches_start(&r->captions, r->state.settings.order, (int)r->state.settings.batch_size,
                              r->state.iteration, &r->state.rng, err);
    return r->source ? 0 : -1;
}

/* --- the loop --- */

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int log_event(Run *r, const char *event, double rate, double val_loss, Err *err)
{
    LogEvent e = {.iteration = r->state.iteration,
                  .epoch = r->state.epoch,
                  .loss = r->loss,
                  .lr = r->state.optim.learning_rate,
                  .captions_per_s = rate,
                  .val_loss = val_loss};
    if (!r->log)
        return 0;
    snprintf(e.event, sizeof e.event, "%s", event);
    Err why;
    if (!log_write(r->log, &e, &why))
        return 0;
    r->log_lost = true;
    return err_set(err, "%s: %s", strcmp(r->options->log, "-") ? r->options->log : "standard output", why.text);
}

static int save(Run *r, Err *err)
{
    if (state_save(&r->state, &r->model, r->options->out, err))
        return -1;
    return log_event(r, "checkpoint", NAN, NAN, err);
}

/* The mean loss of the first val captions, in batches; draws nothing. */
static int validate(Run *r, double *val_loss, Err *err)
{
    const Settings *s = &r->state.settings;
    int64_t n = r->val.n < s->val_max ? r->val.n : s->val_max;
    double sum = 0;
    Batch *b = &r->val_batch;
    for (int64_t i = 0; i < n; i += b->n) {
        b->n = (int)(n - i < s->batch_size ? n - i : s->batch_size);
        for (int k = 0; k < b->n; k++)
            b->index[k] = i + k;
        if (batch_gather(&r->val, b, err))
            return -1;
        LossBatch loss = {b->features, b->captions, b->n, (int)r->val.width - 1, LOSS_VALIDATION, 0};
        sum += captioner_loss(&r->model.params, r->work, &loss, NULL) * b->n;
    }
    *val_loss = sum / (double)n;
    return 0;
}

static int end_epoch(Run *r, Err *err)
{
    TrainState *s = &r->state;
    double val_loss = NAN;
    s->optim.learning_rate *= s->settings.lr_decay;
    if (s->settings.val_every > 0 && s->epoch % s->settings.val_every == 0) {
        if (validate(r, &val_loss, err))
            return -1;
        if (!(s->best_val_loss <= val_loss))
            s->best_val_loss = val_loss;
        report_note(r->report, "(Epoch %lld) val loss: %f", (long long)s->epoch, val_loss);
    }
    return log_event(r, "epoch", NAN, val_loss, err);
}

static int iterate(Run *r, Err *err)
{
    TrainState *s = &r->state;
    double began = now();
    const Batch *b = batches_next(r->source, err);
    if (!b)
        return -1;
    LossBatch loss = {b->features,    b->captions,   b->n, (int)r->data.width - 1,
                      LOSS_TRAINING, s->iteration + 1};
    r->loss = captioner_loss(&r->model.params, r->work, &loss, &r->grads);
    if (!isfinite(r->loss))
        return err_set(err, "the loss is %f at iteration %lld (a lower --lr?); %s is left as it was", r->loss,
                       (long long)s->iteration + 1, r->options->out);
    optim_update(&s->optim, r->model.params.n, r->model.params.data, r->grads.data, s->slot);
    if (state_add_loss(s, r->loss))
        return err_set(err, "out of memory");
    s->rng = b->rng;
    s->epoch = s->iteration / r->per_epoch + 1;
    s->iteration++;
    if ((s->iteration - 1) % r->options->print_every == 0)
        report_note(r->report, "(Iteration %lld / %lld) loss: %f", (long long)s->iteration, (long long)r->total,
                    r->loss);
    int rc = log_event(r, "iteration", b->n / (now() - began), NAN, err);
    /* Also where the log is lost: what is saved then is the state behind a whole iteration. */
    return s->iteration % r->per_epoch == 0 && end_epoch(r, err) ? -1 : rc;
}

static int loop(Run *r, Err *err)
{
    int64_t every = r->options->save_every;
    while (r->state.iteration < r->total && !report_stop(r->report)) {
        if (iterate(r, err))
            return -1;
        report_progress(r->report, r->state.iteration, r->total);
        if (every > 0 && r->state.iteration % every == 0 && r->state.iteration < r->total && save(r, err))
            return -1;
    }
    return 0;
}

static int finish(Run *r, Err *err)
{
    if (save(r, err))
        return -1;
    if (r->state.iteration < r->total) {
        report_note(r->report, "stopped at iteration %lld of %lld; saved to %s", (long long)r->state.iteration,
                    (long long)r->total, r->options->out);
        return 0;
    }
    return log_event(r, "done", NAN, NAN, err);
}

/* All was done before: the file stays as it is, and a copy is made where another name was asked for. */
static int nothing_left(Run *r, Err *err)
{
    const TrainOptions *o = r->options;
    report_note(r->report, "%s: nothing left to do: %lld iterations of %lld are done", o->resume,
                (long long)r->state.iteration, (long long)r->total);
    return strcmp(o->out, o->resume) ? state_save(&r->state, &r->model, o->out, err) : 0;
}

static int close_log(Run *r, Err *err)
{
    FILE *log = r->log;
    r->log = NULL;
    if (!log || log == stdout || fclose(log) == 0)
        return 0;
    return err_set(err, "%s: %s", r->options->log, strerror(errno));
}

static void end(Run *r)
{
    close_log(r, NULL);
    batches_stop(r->source);
    batch_free(&r->val_batch);
    loss_work_free(r->work);
    params_free(&r->grads);
    state_free(&r->state);
    model_free(&r->model);
    free(r->subset);
    dataset_close(&r->val);
    dataset_close(&r->data);
}

int train_run(const TrainOptions *options, const Report *report, TrainResult *result, Err *err)
{
    Run r = {.options = options, .report = report, .loss = NAN};
    int rc = start(&r, err);
    if (rc == 0 && options->resume && r.state.iteration >= r.total)
        rc = nothing_left(&r, err);
    else if (rc == 0)
        rc = loop(&r, err) || finish(&r, err) ? -1 : 0;
    if (rc && r.log_lost) /* hours of training are not: the reason to stop is told, the model kept */
        state_save(&r.state, &r.model, options->out, NULL);
    if (rc == 0)
        rc = close_log(&r, err);
    *result = (TrainResult){r.state.iteration, r.loss, rc == 0 && r.state.iteration >= r.total};
    end(&r);
    return rc;
}
