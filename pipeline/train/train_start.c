#include "pipeline/train/train_start.h"

#include "io/file/file.h"
#include "io/hdf5/h5.h"
#include "io/ranks/ranks.h"
#include "pipeline/common/dataset_check.h"
#include "pipeline/model_file/dataset_place.h"
#include "pipeline/model_file/model_file.h"
#include "pipeline/train/agree.h"
#include "pipeline/train/claims.h"
#include "pipeline/train/guard.h"
#include "pipeline/train/rate.h"
#include "pipeline/train/run_mark.h"
#include "pipeline/train/scheduled.h"
#include "pipeline/train/self_critical.h"
#include "pipeline/train/shards.h"
#include "pipeline/train/train_log.h"
#include "pipeline/train/validate.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --- where a run starts from --- */

/* The options' own settings, for a run from its beginning. */
static int take_settings(TrainRun *r, Err *err)
{
    TrainSettings *s = &r->state.settings;
    *s = r->options->settings;
    self_critical_defaults(s, r->options->given);
    if (isnan(s->lr))
        s->lr = rule_at(s->rule)->training_rate;
    if (isnan(s->lr_decay))
        s->lr_decay = schedule_decay((LrSchedule)s->lr_schedule);
    if (!s->lr_every)
        s->lr_every = schedule_every((LrSchedule)s->lr_schedule);
    const char *best = s->keep_best;
    s->data = strdup(s->data);
    s->keep_best = best ? strdup(best) : NULL;
    return s->data && (!best || s->keep_best) ? 0 : err_set(err, "out of memory");
}

static int open_init(TrainRun *r, Err *err)
{
    const TrainOptions *o = r->options;
    TrainSettings *s = &r->state.settings;
    if (model_load(&r->model, o->init, err) || take_settings(r, err))
        return -1;
    settings_take_shape(s, &r->model.params.shape);
    r->contradiction = settings_agree(s, &o->settings, o->given, FIXED_SHAPE, o->init, err);
    return r->contradiction ? -1 : 0;
}

static int open_resume(TrainRun *r, Err *err)
{
    const TrainOptions *o = r->options;
    TrainSettings *s = &r->state.settings;
    if (model_load_state(&r->model, &r->state, o->resume, err))
        return -1;
    r->contradiction = settings_agree(s, &o->settings, o->given, FIXED_ALL, o->resume, err);
    if (r->contradiction || settings_replace(s, &o->settings, o->given, err))
        return -1;
    r->contradiction =
        s->average && !s->val_every
            ? err_set(err, "--val-every 0 contradicts %s, which averages over validations", o->resume)
            : 0;
    return r->contradiction ? -1 : 0;
}

/* The settings of the run, and its model if a file has it. */
static int open_origin(TrainRun *r, Err *err)
{
    const TrainOptions *o = r->options;
    return o->resume ? open_resume(r, err) : o->init ? open_init(r, err) : take_settings(r, err);
}

/* --- data --- */

/* Reports now, not after hours, that a model cannot be written. */
static int try_outputs(const TrainRun *r, Err *err)
{
    const char *const paths[] = {r->options->out, r->state.settings.keep_best};
    OutFile out;
    for (int i = 0; i < 2; i++) {
        if (paths[i] && outfile_begin(&out, paths[i], err))
            return -1;
        if (paths[i])
            outfile_abort(&out);
    }
    return 0;
}

/* Claims the other files that the run writes, before it looks at them. */
static int claim_others(TrainRun *r, Err *err)
{
    const char *best = r->state.settings.keep_best;
    return (best && claim_file(r, CLAIM_BEST, best, err)) || train_claim_log(r, err) ? -1 : 0;
}

/* Where the dataset is; a resumed run looks where its file says. The state gets the absolute name of that place. */
static int find_data(TrainRun *r, Err *err)
{
    const TrainOptions *o = r->options;
    TrainState *s = &r->state;
    const char *dir = s->settings.data;
    if (o->resume && !option_given(o->given, "data")) {
        const char *const names[] = {dir, s->data_absolute};
        int at = dataset_place(names, 2, o->resume, err);
        if (at < 0)
            return -1;
        if (at > 0) {
            report_note(r->report, "the dataset is %s", names[at]);
            r->found = strdup(names[at]);
            return r->found ? 0 : err_set(err, "out of memory");
        }
    }
    free(s->data_absolute);
    s->data_absolute = path_absolute(dir);
    return s->data_absolute || errno != ENOMEM ? 0 : err_set(err, "out of memory");
}

static int open_data(TrainRun *r, Err *err)
{
    const TrainSettings *s = &r->state.settings;
    int flags = (s->raw_features ? DATASET_RAW : 0) | (s->attention ? DATASET_GRID : 0);
    if (find_data(r, err))
        return -1;
    const char *dir = r->found ? r->found : s->data;
    if (dataset_open(&r->data, dir, "train", flags, err) || check_captions(&r->data, r->report, err))
        return -1;
    flags |= scores_captions(s) ? DATASET_TEXTS : 0; /* they are the references */
    if (s->val_every && (dataset_open(&r->val, dir, "val", flags, err) || check_captions(&r->val, r->report, err)))
        return -1;
    if (s->val_every && r->val.features.columns != r->data.features.columns)
        return err_set(err, "%s has %lld features, %s %lld", r->val.features_path,
                       (long long)r->val.features.columns, r->data.features_path,
                       (long long)r->data.features.columns);
    if (s->val_every && s->attention && grids_alike(&r->data.grid, &r->val.grid, err))
        return -1;
    if (s->self_critical && dataset_index(&r->data, err))
        return -1;
    return s->val_every && scores_captions(s) ? dataset_index(&r->val, err) : 0;
}

/* The captions to draw from. --max-train: the first numbers drawn, with replacement, as the course's load_coco_data
 * does. */
static int draw_subset(TrainRun *r, Rng *rng, Err *err)
{
    const TrainSettings *s = &r->state.settings;
    int64_t n = s->max_train;
    r->captions = (CaptionRows){.data = &r->data, .rows = NULL, .n = r->data.n};
    if (s->self_critical)
        r->captions.rows = r->image_rows = first_captions(&r->data, &r->captions.n);
    if (n == 0 && (r->image_rows || !s->self_critical))
        return 0;
    r->subset = malloc((size_t)n * sizeof *r->subset);
    if (!r->subset || (s->self_critical && !r->image_rows))
        return err_set(err, "no memory for %lld captions", (long long)(n ? n : r->data.n));
    for (int64_t i = 0; i < n; i++) {
        int64_t drawn = rng_randint(rng, r->captions.n);
        r->subset[i] = r->image_rows ? r->image_rows[drawn] : drawn;
    }
    r->captions.rows = r->subset;
    r->captions.n = n;
    return 0;
}

/* --- model and state --- */

static int fresh_model(TrainRun *r, Rng *rng, Err *err)
{
    const TrainSettings *s = &r->state.settings;
    ModelShape shape = {.cell = cell_at(s->cell),
                        .D = (int)r->data.features.columns,
                        .W = (int)s->wordvec,
                        .H = (int)s->hidden,
                        .V = r->data.vocab.size,
                        .attention = attention_at(s->attention),
                        .inject = s->inject == INJECT_AT_STEPS,
                        .C = r->data.grid.channels};
    if (vocab_copy(&r->model.vocab, &r->data.vocab))
        return err_set(err, "out of memory");
    if (params_alloc(&r->model.params, &shape))
        return err_set(err, "no memory for a model of %d features, %d, %d and %d words", shape.D, shape.W, shape.H,
                       shape.V);
    params_init(&r->model.params, rng);
    params_forget_bias(&r->model.params, (real)s->forget_bias);
    return 0;
}

/* Of the features in use; if their file does not say it, that of the model from which the run starts. A run may teach
 * that model other features, which then is told. */
static int take_origin(TrainRun *r, Err *err)
{
    const Dataset *d = &r->data;
    Origin origin;
    Err why;
    if (origin_read_file(&origin, d->features_path, err))
        return -1;
    if (!origin_known(&origin))
        return 0;
    if (r->options->init && origin_agree(&r->model.origin, r->options->init, &origin, d->features_path, &why))
        report_warn(r->report, "%s", why.text);
    origin_free(&r->model.origin);
    r->model.origin = origin;
    if (!r->state.settings.attention)
        pca_free(&r->model.origin.grid_pca);
    else if (origin_gives_grid(&r->model.origin, d->grid.channels, d->features_path, "the grid's width", err))
        return -1;
    return origin_gives(&r->model.origin, d->features.columns, d->features_path, "features' width", err);
}

/* A run from its beginning: random numbers are drawn in the course's order. */
static int start_fresh(TrainRun *r, Err *err)
{
    TrainState *s = &r->state;
    s->optim = optim_defaults(rule_at(s->settings.rule));
    s->optim.learning_rate = s->settings.lr;
    s->best_val_loss = s->best_score = NAN;
    s->captions_digest = captions_digest(&r->data);
    rng_seed(&s->rng, (uint32_t)s->settings.seed);
    if (draw_subset(r, &s->rng, err) || (!r->options->init && fresh_model(r, &s->rng, err)))
        return -1;
    if (take_origin(r, err))
        return -1;
    r->model.caption_length = r->data.width;
    return train_state_alloc(s, r->model.params.n) ? err_set(err, "out of memory") : 0;
}

/* A run from where a file stopped; the subset is drawn again from its seed. */
static int start_resumed(TrainRun *r, Err *err)
{
    TrainState *s = &r->state;
    Rng rng;
    if (s->captions_digest != captions_digest(&r->data))
        return err_set(err, "%s: train: these are not the captions that %s was trained on", r->data.dir,
                       r->options->resume);
    if (s->iteration > 0)
        r->loss = s->loss[s->iteration - 1];
    rng_seed(&rng, (uint32_t)s->settings.seed);
    return draw_subset(r, &rng, err);
}

static int plan_length(TrainRun *r, Err *err)
{
    const TrainSettings *s = &r->state.settings;
    r->per_epoch = batches_per_epoch(r->captions.n, (int)s->batch_size);
    r->total = s->iterations;
    if (s->iterations < 0 && __builtin_mul_overflow(s->epochs, r->per_epoch, &r->total))
        return err_set(err, "%lld epochs of %lld iterations are too many", (long long)s->epochs,
                       (long long)r->per_epoch);
    return 0;
}

/* A resumed run keeps its file's mark. */
static int mark(TrainRun *r, Err *err)
{
    const TrainOptions *o = r->options;
    TrainState *s = &r->state;
    char run[LOG_MARK + 1];
    plan_mark(&s->settings, r->plan);
    if (o->resume)
        return 0;
    run_mark(&s->settings, s->captions_digest, o->init ? &r->model.params : NULL, run);
    s->run = strdup(run);
    return s->run ? 0 : err_set(err, "out of memory");
}

static int alloc_work(TrainRun *r, Err *err)
{
    const TrainSettings *s = &r->state.settings;
    const ModelShape *shape = &r->model.params.shape;
    bool val = s->val_every != 0;
    int width = val && r->val.width > r->data.width ? r->val.width : r->data.width;
    const LossOptions loss = {.precision = (Precision)s->precision,
                              .dropout = s->dropout,
                              .seed = (uint32_t)s->seed,
                              .label_smoothing = s->label_smoothing,
                              .places = r->data.grid.places};
    r->rows = (int)s->batch_size * samples_of(s);
    r->work = loss_work_new(shape, r->rows, width - 1, &loss);
    if (!r->work || params_alloc(&r->grads, shape) || (val && batch_alloc(&r->val_batch, &r->val, r->rows)))
        return err_set(err, "no memory for minibatches of %d", r->rows);
    return shards_start(r, batches_rows(&r->captions, (BatchOrder)s->order, (int)s->batch_size), err);
}

static int start_batches(TrainRun *r, Err *err)
{
    const TrainState *s = &r->state;
    if (s->iteration >= r->total)
        return 0;
    r->source = batches_start(&r->captions, (BatchOrder)s->settings.order, (int)s->settings.batch_size, &r->share,
                              s->iteration, &s->rng, err);
    return r->source ? 0 : -1;
}

/* All that may fail because of what the user gave. Rank 0 writes the files, and so looks after them. */
static int prepare(TrainRun *r, Err *err)
{
    const TrainOptions *o = r->options;
    const char *origin = o->resume ? o->resume : o->init;
    bool writes = r->share.rank == 0;
    if (writes && o->out && claim_file(r, CLAIM_MODEL, o->out, err)) /* before it is read, to be continued */
        return -1;
    if (open_origin(r, err) ||
        (writes && (try_outputs(r, err) || outputs_differ(r, err) || claim_others(r, err))) || open_data(r, err))
        return -1;
    if (o->resume ? start_resumed(r, err) : start_fresh(r, err))
        return -1;
    if (origin && model_fits(&r->model, origin, r->data.features.columns, r->data.features_path, &r->data.vocab,
                             r->data.dir, err))
        return -1;
    if (o->resume && model_fits_origin(&r->model, origin, r->data.features_path, err))
        return -1;
    if (origin && model_fits_grid(&r->model, origin, &r->data.grid, err))
        return -1;
    r->share.shards = (int)r->state.settings.shards;
    return plan_length(r, err) || mark(r, err) || (writes && guard_outputs(r, err)) || alloc_work(r, err) ||
                   self_critical_start(r, err) || scheduled_start(r, err)
               ? -1
               : 0;
}

int train_start(TrainRun *r, Err *err)
{
    r->loss = r->drawn.reward = r->words.loss = r->words.perplexity = NAN;
    r->share = (Share){1, ranks_self(), ranks_count()};
    h5_allow_external(r->options->allow_external);
    ranks_limit((double)r->options->mpi_timeout);
    if (train_agree(r, prepare(r, err), err))
        return -1;
    return (r->share.rank == 0 && train_open_log(r, err)) || start_batches(r, err) ? -1 : 0;
}

/* --- the end --- */

void train_end(TrainRun *r)
{
    train_close_log(r, NULL);
    batches_stop(r->source);
    batch_free(&r->val_batch);
    loss_work_free(r->work);
    self_critical_end(r);
    scheduled_end(r);
    shards_end(r->shards);
    params_free(&r->grads);
    train_state_free(&r->state);
    model_free(&r->model);
    free(r->subset);
    free(r->image_rows);
    free(r->log_path);
    free(r->found);
    dataset_close(&r->val);
    dataset_close(&r->data);
    claims_release(r);
}
