#include "pipeline/sample/sample.h"

#include "io/hdf5/h5.h"
#include "pipeline/sample/rows.h"
#include "pipeline/sample/score.h"
#include "pipeline/sample/source.h"

/* One run. */
typedef struct {
    const SampleOptions *options;
    const Report *report;
    FILE *out;
    Ensemble ensemble;
    Source source[SEARCH_MODELS];
    const Dataset *data; /* the first source's, which the records are from */
    RowList rows;
    Decoder decoder;
    AttentionFile *looks; /* NULL: nobody asks */
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
    for (int i = 0; i < n; i++) {
        int64_t at = r->rows.row[first + i];
        for (int k = 0; k < r->ensemble.sources; k++)
            if (source_put(&r->source[k], k, at, d, i, r->report, err))
                return -1;
        d->items[i] = (CaptionItem){.data = r->data, .row = at};
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
    const AttentionShape shape = {.places = r->data->grid.places,
                                  .down = r->data->grid.down,
                                  .across = r->data->grid.across,
                                  .steps = o->decoder.search.max_length,
                                  .split = o->features ? NULL : o->split,
                                  .row = r->rows.row,
                                  .n = r->rows.n};
    r->looks = o->attention ? attention_file_begin(o->attention, &shape, &r->ensemble.model[0].origin, err) : NULL;
    return o->attention && !r->looks ? -1 : 0;
}

static int caption_rows(Run *r, RowSelection *selection, Err *err)
{
    const DecoderOptions *o = &r->options->decoder;
    DecoderInput wish[SEARCH_MODELS];
    if (open_sources(r, err))
        return -1;
    if (r->options->score)
        return score_captions(&r->ensemble.model[0], r->data, r->options->first, o, r->out, r->report, err);
    for (int i = 0; i < r->ensemble.sources; i++) {
        const Source *s = &r->source[i];
        wish[i] = (DecoderInput){.pca = s->reduce ? &s->model->origin.pca : NULL, .places = s->data.grid.places};
    }
    selection->images = r->data->features.rows;
    if (rows_select(&r->rows, selection, err) || begin_looks(r, err) ||
        decoder_begin(&r->decoder, o, &r->ensemble, wish, r->looks, decoder_batch(o, &r->ensemble, r->rows.n),
                      r->out, err))
        return -1;
    return caption_all(r, err);
}

int sample_run(const SampleOptions *options, FILE *out, const Report *report, int64_t *broken, Err *err)
{
    SampleOptions own = *options, *o = &own;
    Run r = {.options = o, .report = report, .out = out};
    bool pictures = o->pictures.n_operands > 0;
    RowSelection selection = {.split = o->features ? NULL : o->split,
                              .path = o->rows,
                              .first = o->first,
                              .shard = o->shard,
                              .shards = o->shards};
    *broken = 0;
    h5_allow_external(o->allow_external);
    int rc = ensemble_load(&r.ensemble, o->models, o->n_models, !pictures && (o->features || !o->own_data), err);
    if (rc == 0 && !o->decoder.search.max_length)
        o->decoder.search.max_length = model_steps(&r.ensemble.model[0]);
    if (rc == 0 && o->attention && !r.ensemble.model[0].params.shape.attention)
        rc = err_set(err, "%s: has no attention to write to %s", o->models[0], o->attention);
    if (rc == 0 && pictures)
        rc = pictures_run(&o->pictures, &o->decoder, &r.ensemble, &selection, o->attention, out, report, broken,
                          err);
    else if (rc == 0)
        rc = caption_rows(&r, &selection, err);
    decoder_free(&r.decoder);
    attention_file_abort(r.looks);
    rows_free(&r.rows);
    for (int i = 0; i < SEARCH_MODELS; i++)
        source_close(&r.source[i]);
    ensemble_free(&r.ensemble);
    return rc;
}
