#include "pipeline/sample/sample.h"

#include "io/data/dataset.h"
#include "io/hdf5/h5.h"
#include "pipeline/common/dataset_check.h"
#include "pipeline/common/dataset_place.h"
#include "pipeline/common/model_file.h"
#include "pipeline/sample/bare_features.h"
#include "pipeline/sample/rows.h"
#include "pipeline/sample/score.h"

#include <stdlib.h>
#include <string.h>

/* One run. */
typedef struct {
    const SampleOptions *options;
    const Report *report;
    FILE *out;
    Ensemble ensemble;
    const Model *model;   /* the first of them */
    const Model *attends; /* ensemble_attends */
    const char *path;     /* the first one's file */
    Dataset data;         /* with --features, empty except for the features and the names of their images */
    const char *features; /* the path of the features, for messages */
    bool reduce;          /* they go through the model's PCA */
    bool grid_reduced;    /* their grid has gone through one */
    bool warned_of_zeros;
    RowList rows;
    Decoder decoder;
    const Pca *grid_pca;  /* that the grid goes through; C is 0 without one */
    float *grid;          /* one image's, unreduced */
    AttentionFile *looks; /* NULL: nobody asks */
} Run;

/* --- start --- */

/* The dataset's name; the model's own dataset comes first if that was asked for. The caller frees. */
static char *choose_data(const Run *r, Err *err)
{
    const SampleOptions *o = r->options;
    const char *dir = o->data;
    TrainState s;
    bool own = o->own_data && model_peek(&s, r->path, NULL) == 1;
    if (own) {
        const char *const names[] = {s.settings.data, s.data_absolute, o->data};
        int at = dataset_place(names, 3, r->path, err);
        dir = at < 0 ? NULL : names[at];
        if (dir)
            report_note(r->report, "the dataset is %s", dir);
    }
    char *copy = dir ? strdup(dir) : NULL;
    if (dir && !copy)
        err_set(err, "out of memory");
    if (own)
        train_state_free(&s);
    return copy;
}

static int open_dataset(Run *r, Err *err)
{
    int flags = (r->options->score ? 0 : DATASET_CAPTIONS_OPTIONAL) | DATASET_LISTS |
                (r->options->raw_features ? DATASET_RAW : 0) | (r->attends ? DATASET_GRID : 0);
    char *dir = choose_data(r, err);
    int rc = dir ? dataset_open(&r->data, dir, r->options->split, flags, err) : -1;
    r->features = r->data.features_path;
    free(dir);
    return rc;
}

/* As a vector, a grid that is not reduced goes through the model's PCA. */
static int take_grid(Run *r, Err *err)
{
    static const Pca none;
    const Pca *pca = &r->attends->origin.grid_pca;
    const Grid *g = &r->data.grid;
    r->grid_pca = r->options->features && !r->grid_reduced && pca->C == g->channels ? pca : &none;
    r->grid = malloc(g->rows.numbers * sizeof *r->grid);
    if (!r->grid)
        return err_set(err, "out of memory");
    return r->grid_pca->C ? 0 : model_fits_grid(r->attends, r->path, g, err);
}

static int open_inputs(Run *r, Err *err)
{
    const SampleOptions *o = r->options;
    if (o->features) {
        r->features = o->features;
        if (bare_features_open(&r->data, &r->reduce, &r->grid_reduced, o->features, o->files, r->model, r->path,
                               err) ||
            (r->attends && grid_open(&r->data.grid, o->features, err)))
            return -1;
    } else if (open_dataset(r, err)) {
        return -1;
    }
    if (dataset_index(&r->data, err) || (r->attends && take_grid(r, err)))
        return -1;
    return r->reduce ? 0
                     : model_fits(r->model, r->path, r->data.features.columns, r->features,
                                  o->features ? NULL : &r->data.vocab, r->data.dir, err);
}

/* --- the run --- */

static int caption_batch(Run *r, int64_t first, int n, Err *err)
{
    Decoder *d = &r->decoder;
    size_t columns = (size_t)d->columns;
    for (int i = 0; i < n; i++) {
        int64_t at = r->rows.row[first + i];
        const float *row = features_row(&r->data.features, r->features, at, err);
        if (!row || (features_zero(&r->data.features, at) &&
                     check_zero_rows(&r->data.features, r->features, &r->warned_of_zeros, r->report, err)))
            return -1;
        memcpy(d->features + (size_t)i * columns, row, columns * sizeof *row);
        if (d->grid &&
            (grid_row(&r->data.grid, at, r->grid, err) || decoder_put_grid(d, i, r->grid, r->grid_pca, err)))
            return -1;
        d->items[i] = (CaptionItem){.data = &r->data, .row = at};
        d->number[i] = at;
    }
    return decoder_run(d, n, err);
}

static int caption_all(Run *r, Err *err)
{
    int batch = r->decoder.batch;
    for (int64_t i = 0; i < r->rows.n && !report_stop(r->report); i += batch) {
        int n = (int)(r->rows.n - i < batch ? r->rows.n - i : batch);
        if (caption_batch(r, i, n, err))
            return -1;
        report_progress(r->report, i + n, r->rows.n);
    }
    if (decoder_end(&r->decoder, err))
        return -1;
    if (!r->looks || report_stop(r->report)) /* a part of it is not written */
        return 0;
    AttentionFile *looks = r->looks;
    r->looks = NULL;
    return attention_file_end(looks, err);
}

static int begin_looks(Run *r, Err *err)
{
    const SampleOptions *o = r->options;
    const AttentionShape shape = {.places = r->data.grid.places,
                                  .down = r->data.grid.down,
                                  .across = r->data.grid.across,
                                  .steps = o->decoder.search.max_length,
                                  .split = o->features ? NULL : o->split,
                                  .row = r->rows.row,
                                  .n = r->rows.n};
    r->looks = o->attention ? attention_file_begin(o->attention, &shape, err) : NULL;
    return o->attention && !r->looks ? -1 : 0;
}

static int caption_rows(Run *r, RowSelection *selection, Err *err)
{
    const DecoderOptions *o = &r->options->decoder;
    if (open_inputs(r, err))
        return -1;
    if (r->options->score)
        return score_captions(r->model, &r->data, r->options->first, o, r->out, r->report, err);
    selection->images = r->data.features.rows;
    if (rows_select(&r->rows, selection, err) || begin_looks(r, err) ||
        decoder_begin(&r->decoder, o, &r->ensemble, r->reduce ? &r->model->origin.pca : NULL, r->data.grid.places,
                      r->looks, decoder_batch(o, &r->ensemble, r->rows.n), r->out, err))
        return -1;
    return caption_all(r, err);
}

int sample_run(const SampleOptions *options, FILE *out, const Report *report, int64_t *broken, Err *err)
{
    SampleOptions own = *options, *o = &own;
    Run r = {.options = o, .report = report, .out = out, .path = o->models[0]};
    RowSelection selection = {.split = o->features ? NULL : o->split,
                              .path = o->rows,
                              .first = o->first,
                              .shard = o->shard,
                              .shards = o->shards};
    *broken = 0;
    h5_allow_external(o->allow_external);
    int rc = ensemble_load(&r.ensemble, o->models, o->n_models, err);
    r.model = &r.ensemble.model[0];
    r.attends = ensemble_attends(&r.ensemble);
    if (rc == 0 && !o->decoder.search.max_length)
        o->decoder.search.max_length = model_steps(r.model);
    if (rc == 0 && o->attention && !r.model->params.shape.attention)
        rc = err_set(err, "%s: has no attention to write to %s", r.path, o->attention);
    if (rc == 0 && o->pictures.n_operands)
        rc = pictures_run(&o->pictures, &o->decoder, &r.ensemble, r.path, &selection, out, report, broken, err);
    else if (rc == 0)
        rc = caption_rows(&r, &selection, err);
    decoder_free(&r.decoder);
    free(r.grid);
    attention_file_abort(r.looks);
    rows_free(&r.rows);
    dataset_close(&r.data);
    ensemble_free(&r.ensemble);
    return rc;
}
