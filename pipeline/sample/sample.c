#include "pipeline/sample/sample.h"

#include "io/file/file.h"
#include "io/hdf5/h5.h"
#include "io/ranks/ranks.h"
#include "pipeline/common/replace.h"
#include "pipeline/common/team.h"
#include "pipeline/sample/rows.h"
#include "pipeline/sample/rows_share.h"
#include "pipeline/sample/score.h"
#include "pipeline/sample/source.h"

#include <stdlib.h>
#include <string.h>

/* One run. */
typedef struct {
    const SampleOptions *options;
    const Report *report;
    Ensemble ensemble;
    Source source[SEARCH_MODELS];
    const Dataset *data; /* the first source's, which the records are from */
    RowList rows;
    CaptionOutput output;
    Decoder decoder;
    AttentionFile *looks; /* NULL: nobody asks */
    Neighbors *neighbors; /* NULL unless --rerank neighbors */
} Run;

static int open_sources(Run *r, Err *err)
{
    for (int i = 0; i < r->ensemble.sources; i++)
        if (source_open(&r->source[i], &r->ensemble, i, r->options, r->report, err) ||
            source_same_images(&r->source[0], &r->source[i], err))
            return -1;
    r->data = &r->source[0].data;
    return 0;
}

/* --- the run --- */

static int caption_batch(Run *r, int64_t first, int n, Err *err)
{
    Decoder *d = &r->decoder;
    if (!n)
        return 0;
    for (int i = 0; i < n; i++) {
        int64_t at = r->rows.row[first + i];
        r->output.place = first + i;
        for (int k = 0; k < r->ensemble.sources; k++)
            if (source_put(&r->source[k], k, at, d, i, caption_output_report(&r->output), err))
                return -1;
        d->items[i] = (CaptionItem){.data = r->data, .row = at, .place = first + i};
        d->number[i] = at;
    }
    return decoder_run(d, n, err);
}

static int caption_all(Run *r, Err *err)
{
    int batch = r->decoder.batch, rc = report_stop(r->report) ? 1 : 0;
    int64_t none = 0;
    for (int64_t i = 0; i < r->output.longest && rc == 0; i += batch) {
        int64_t left = r->rows.n > i ? r->rows.n - i : 0;
        int n = (int)(left < batch ? left : batch);
        rc = caption_output_round(&r->output, caption_batch(r, i, n, err), err);
        if (rc >= 0)
            report_progress(r->report, i + n, r->rows.n);
    }
    if (rc < 0 || caption_output_end(&r->output, &none, err))
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
    if (!o->attention)
        return 0;
    int model = ensemble_looks(&r->ensemble);
    const Grid *grid = &r->source[r->ensemble.source[model]].data.grid;
    const AttentionShape shape = {.places = grid->places,
                                  .down = grid->down,
                                  .across = grid->across,
                                  .steps = o->decoder.search.max_length,
                                  .split = o->features ? NULL : o->split,
                                  .row = r->rows.row,
                                  .n = r->rows.n};
    r->looks = attention_file_begin(o->attention, &shape, &r->ensemble.model[model].origin, err);
    return r->looks ? 0 : -1;
}

static int begin_decoder(Run *r, Err *err)
{
    const DecoderOptions *o = &r->options->decoder;
    DecoderInput wish[SEARCH_MODELS];
    for (int i = 0; i < r->ensemble.sources; i++) {
        const Source *s = &r->source[i];
        wish[i] = (DecoderInput){.pca = s->reduce ? &s->model->origin.pca : NULL, .places = s->data.grid.places};
    }
    int batch = decoder_batch(o, &r->ensemble, r->output.longest);
    return begin_looks(r, err) ||
                   decoder_begin(&r->decoder, o, &r->ensemble, wish, r->looks, batch, &r->output, err)
               ? -1
               : 0;
}

static int caption_rows(Run *r, RowSelection *selection, Err *err)
{
    int rc = open_sources(r, err);
    if (rc == 0) {
        selection->images = r->data->features.rows;
        rc = rows_select(&r->rows, selection, r->report, err);
    }
    if (rows_share(&r->rows, rc, &r->ensemble, NULL, &r->output, err) ||
        caption_output_agree(&r->output, begin_decoder(r, err), err))
        return -1;
    return caption_all(r, err);
}

static int score_rows(Run *r, Err *err)
{
    return open_sources(r, err) ? -1
                                : score_captions(&r->ensemble.model[0], r->data, r->options->first,
                                                 &r->options->decoder, &r->output, r->report, err);
}

/* Files that one run reads or writes are different ones, and --attention replaces only its own kind. */
static int check_output(const SampleOptions *o, Err *err)
{
    const struct {
        const char *name, *path;
    } others[] = {
        {"--attention", o->attention}, {"--features", o->features}, {"--files", o->files}, {"--rows", o->rows}};
    if (o->attention && replace_check(o->attention, ATTENTION_ARRAY, err))
        return -1;
    if (!strcmp(o->output, "-"))
        return 0;
    for (int i = 0; i < o->n_models; i++)
        if (path_same(o->output, o->models[i]))
            return err_set(err, "%s: -o would replace the model", o->output);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (others[i].path && path_same(o->output, others[i].path))
            return err_set(err, "%s: -o and %s name the same file", o->output, others[i].name);
    return 0;
}

/* What the records do not carry stays with the rank that has it. */
static int check_ranks(const SampleOptions *o, Err *err)
{
    if (ranks_count() == 1)
        return 0;
    if (team_check_operands(o->pictures.operands, o->pictures.n_operands, err))
        return -1;
    if (o->rows && team_check_operands(&o->rows, 1, err))
        return err_prefix(err, "--rows ");
    if (o->attention || o->score)
        return err_set(err, "--%s takes one rank", o->score ? "score" : "attention");
    return 0;
}

/* --neighbors names one dataset, of the first source's features. */
static int open_neighbors(Run *r, SampleOptions *o, Err *err)
{
    const Ensemble *e = &r->ensemble;
    NeighborSource source[SEARCH_MODELS] = {0};
    int n = o->neighbors ? 1 : e->sources, opened = 0;
    if (o->decoder.rerank != RERANK_NEIGHBORS)
        return 0;
    for (; opened < n; opened++) {
        int first = ensemble_first(e, opened);
        const char *path = e->path[first];
        char *dir = o->neighbors ? strdup(o->neighbors) : source_dataset(path, !opened, o, NULL, err);
        if (!dir && o->neighbors)
            err_set(err, "out of memory");
        if (!dir && !opened)
            break;
        if (!dir)
            report_warn(r->report, "%s; images are compared without the features of %s", err->text, path);
        source[opened] = (NeighborSource){&e->model[first], path, dir, source_raw(path, o)};
    }
    report_wait(r->report, true); /* there is nothing yet that a signal could lose */
    if (opened == n)
        r->neighbors = neighbors_open(source, n, r->report, err);
    report_wait(r->report, false);
    if (r->neighbors)
        report_note(r->report, "images are compared with %d of train", neighbors_count(r->neighbors));
    o->decoder.neighbors = r->neighbors;
    for (int i = 0; i < opened; i++)
        free(source[i].dir);
    return r->neighbors ? 0 : -1;
}

static int load(Run *r, SampleOptions *o, Err *err)
{
    bool one_source = !o->pictures.n_operands && (o->features || !o->own_data);
    if (check_ranks(o, err) || ensemble_load(&r->ensemble, o->models, o->n_models, one_source, err))
        return -1;
    const Model *first = &r->ensemble.model[0];
    if (!o->decoder.search.max_length)
        o->decoder.search.max_length = model_steps(first);
    if (o->attention && ensemble_looks(&r->ensemble) < 0)
        return err_set(err, "%s: %s attention: nothing to write to %s", o->models[0],
                       o->n_models > 1 ? "none of the models has" : "the model has no", o->attention);
    return open_neighbors(r, o, err);
}

int sample_run(const SampleOptions *options, const Report *report, int64_t *broken, Err *err)
{
    SampleOptions own = *options, *o = &own;
    Run r = {.options = o, .report = report};
    RowSelection selection = {.split = o->features ? NULL : o->split,
                              .path = o->rows,
                              .first = o->first,
                              .shard = o->shard,
                              .shards = o->shards};
    *broken = 0;
    h5_allow_external(o->allow_external);
    ranks_limit((double)o->mpi_timeout);
    int rc = check_output(o, err) || caption_output_begin(&r.output, o->decoder.format, o->output, report, err) ||
                     load(&r, o, err)
                 ? -1
                 : 0;
    rc = caption_output_agree(&r.output, rc, err);
    if (rc == 0 && o->pictures.n_operands)
        rc = pictures_run(&o->pictures, &o->decoder, &r.ensemble, &selection, o->attention, &r.output, broken, err);
    else if (rc == 0)
        rc = o->score ? score_rows(&r, err) : caption_rows(&r, &selection, err);
    decoder_free(&r.decoder);
    attention_file_abort(r.looks);
    caption_output_free(&r.output);
    rows_free(&r.rows);
    for (int i = 0; i < SEARCH_MODELS; i++)
        source_close(&r.source[i]);
    neighbors_close(r.neighbors);
    ensemble_free(&r.ensemble);
    return rc;
}
