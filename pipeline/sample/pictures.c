#include "pipeline/sample/pictures.h"

#include "io/base/utf8.h"
#include "io/file/file.h"
#include "pipeline/common/choice.h"
#include "pipeline/common/threads.h"
#include "pipeline/features/cnn_find.h"
#include "pipeline/features/cnn_list.h"
#include "pipeline/features/picture_list.h"
#include "pipeline/features/picture_stream.h"
#include "pipeline/sample/rows_share.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What the models of one source share. */
typedef struct {
    const Model *model;   /* the first of them */
    const char *path;     /* its file */
    const Model *attends; /* the first that attends; NULL: none */
    Cnn *cnn;
} Network;

typedef struct {
    const PictureOptions *options;
    const Ensemble *ensemble;
    const Report *report;
    PictureList list;
    RowList places;                 /* in the list */
    Network network[SEARCH_MODELS]; /* (sources) */
    Extractor extractor[SEARCH_MODELS];
    PictureStream *stream;
    AttentionFile *looks; /* NULL: nobody asks */
    Decoder decoder;
    CaptionOutput *output;
    int64_t done, broken;
    int64_t until; /* so many are done when a round of several ranks ends */
} Run;

/* --- the network --- */

static Cnn *find_and_open(const char *name, const Origin *origin, bool grid, Err *err)
{
    const char *layer = origin->layer && *origin->layer ? origin->layer : NULL;
    bool sized = origin->input_width > 0 && origin->input_height > 0;
    CnnWish wish = {.sha256 = origin->sha256,
                    .layer = layer,
                    .grid = grid,
                    .grid_layer = grid && origin->grid_layer && *origin->grid_layer ? origin->grid_layer : NULL,
                    .width = sized ? (int)origin->input_width : 0,
                    .height = sized ? (int)origin->input_height : 0};
    return cnn_open_named(name, &wish, err);
}

/* As the model's features were prepared; if it does not say so, as the network's file does. */
static int choose_preprocess(Preprocess *p, const Cnn *cnn, const Origin *o, Err *err)
{
    if (!o->sha256 || isnan(o->mean[0]) || isnan(o->scale[0]))
        return preprocess_choose(p, cnn, &(PreprocessWish){.order = -1, .fit = -1}, err);
    memcpy(p->mean, o->mean, sizeof p->mean);
    memcpy(p->scale, o->scale, sizeof p->scale);
    p->crop = o->fit ? choice_index(PREPROCESS_FITS, o->fit) : 0;
    p->bgr = o->order ? choice_index(PREPROCESS_ORDERS, o->order) : 0;
    return 0;
}

static int check_grid(const Network *n, const char *name, Err *err)
{
    const CnnInfo *info = cnn_info(n->cnn);
    if (!n->attends)
        return 0;
    const Pca *pca = &n->attends->origin.grid_pca;
    int C = pca->C ? pca->C : n->attends->params.shape.C;
    if (info->grid_channels == C)
        return 0;
    return err_set(err, "%s: layer '%s' gives a grid of %d numbers per place, but %s takes %d", name,
                   info->grid_layer, info->grid_channels, n->path, C);
}

static int open_network(const PictureOptions *o, Network *n, Extractor *x, Err *err)
{
    const Origin *origin = &n->model->origin;
    const char *name = o->cnn ? o->cnn : origin->cnn;
    int D = origin->pca.C ? origin->pca.C : n->model->params.shape.D;
    if (!name)
        return err_set(err, "%s: does not say which network its features are from: name one with --cnn FILE",
                       n->path);
    if (!(n->cnn = find_and_open(name, origin, n->attends != NULL, err)))
        return origin->cnn ? err_prefix(err, "%s takes features of %s: ", n->path, origin->cnn) : -1;
    if (cnn_info(n->cnn)->features != D)
        return err_set(err, "%s: layer '%s' gives %d numbers, but %s takes %d", name, cnn_info(n->cnn)->layer,
                       cnn_info(n->cnn)->features, n->path, D);
    if (check_grid(n, name, err))
        return -1;
    *x = (Extractor){.cnn = n->cnn, .wish = o->wish};
    x->wish.exact = origin->exact;
    x->wish.truncated = origin->truncated;
    return choose_preprocess(&x->prepare, n->cnn, origin, err);
}

/* After a failure to open the network that a model names: if it is missing, and coco-fetch does not know it, err also
 * says where it should be. Returns -1. */
static int explain_missing(const Network *n, bool several, Err *err)
{
    const char *name = n->model->origin.cnn;
    char *path = name && !cnn_list_find(name) ? cnn_cache_path(name, NULL) : NULL;
    if (!name && several)
        err_set(err, "%s: does not say which network its features are from; in an ensemble it must", n->path);
    if (path && file_exists(path, NULL) == 0 && file_exists(name, NULL) == 0)
        err_set(err, "%s; put its file there, as %s%s", err->text, path,
                several ? ": --cnn names one network, not several" : ", or name it by --cnn");
    free(path);
    return -1;
}

static int open_networks(Run *r, Err *err)
{
    const Ensemble *e = r->ensemble;
    const char *cnn = r->options->cnn;
    if (cnn && e->sources > 1)
        return err_set(
            err,
            "--cnn names one network, but %s and %s take features of different ones; without --cnn each is "
            "looked for in the cache",
            e->path[0], e->path[ensemble_first(e, 1)]);
    for (int i = 0; i < e->sources; i++) {
        int first = ensemble_first(e, i), attends = ensemble_attends(e, i);
        r->network[i] = (Network){&e->model[first], e->path[first], attends < 0 ? NULL : &e->model[attends], NULL};
        if (open_network(r->options, &r->network[i], &r->extractor[i], err))
            return cnn ? -1 : explain_missing(&r->network[i], e->sources > 1, err);
    }
    return 0;
}

/* --- pictures --- */

static int list_pictures(Run *r, const RowSelection *selection, Err *err)
{
    const PictureOptions *o = r->options;
    const Report *report = r->output->report;
    RowSelection all = *selection;
    int rc = 0;
    report_wait(report, true);
    for (int i = 0; i < o->n_operands && !rc; i++)
        rc = picture_list_add(&r->list, o->operands[i], o->nul, err);
    report_wait(report, false);
    if (rc || !r->list.n)
        return rc ? rc : err_set(err, "no pictures");
    all.images = r->list.n;
    return rows_select(&r->places, &all, report, err);
}

/* Puts a picture into the batch at *n, or warns of one that is broken. */
static int take(Run *r, const Picture *p, int *n, Err *err)
{
    Decoder *d = &r->decoder;
    const Report *report = caption_output_report(r->output);
    const char *file = r->list.name[p->place];
    int64_t place = r->output->place = r->done++;
    if (p->broken) {
        report_warn(report, "%s", p->why.text);
    } else if (!utf8_valid(file, strlen(file))) {
        report_warn(report, "%s: its name is not UTF-8, which a record must be", file);
    } else {
        for (int i = 0; i < r->ensemble->sources; i++) {
            const Model *attends = r->network[i].attends;
            decoder_put_features(d, i, *n, p->numbers[i].vector);
            if (attends && decoder_put_grid(d, i, *n, p->numbers[i].grid, &attends->origin.grid_pca, err))
                return -1;
        }
        d->items[*n] = (CaptionItem){.file = file, .row = p->place, .place = place};
        d->number[*n] = p->place;
        (*n)++;
        return 0;
    }
    r->broken++;
    return 0;
}

/* Waits for a picture and takes those that are ready as well, so that the first caption comes soon and later ones
 * share the work. 1: *n were taken; 0: there are no more. */
static int take_ready(Run *r, int *n, Err *err)
{
    const Picture *p;
    int rc = 1;
    for (*n = 0; *n < r->decoder.batch && r->done < r->until && (*n == 0 || picture_stream_ready(r->stream));) {
        if ((rc = picture_stream_next(r->stream, &p, err)) <= 0)
            break;
        if ((rc = take(r, p, n, err)) < 0)
            break;
        rc = 1;
    }
    return rc;
}

/* As take_ready, and captions them. */
static int caption_ready(Run *r, Err *err)
{
    Decoder *d = &r->decoder;
    int n, rc = take_ready(r, &n, err);
    if (n && decoder_run(d, n, rc < 0 ? NULL : err))
        return -1;
    if (n && r->output->ranks == 1 && caption_output_flush(r->output, err))
        return -1;
    if (r->output->ranks == 1)
        report_progress(r->report, r->done, r->places.n);
    return rc;
}

/* Several ranks: images that each captions until they meet. Few, as networks take long. */
enum { ROUND = 32 };

static int caption_all(Run *r, Err *err)
{
    CaptionOutput *o = r->output;
    int rc = 1, met = report_stop(r->report) && o->ranks == 1;
    bool more = o->longest > 0;
    for (r->until = 0; more && !met;) {
        r->until = o->ranks == 1 ? INT64_MAX : r->until + ROUND;
        do
            rc = caption_ready(r, err);
        while (rc > 0 && o->ranks > 1 && r->done < r->until);
        met = caption_output_round(o, rc < 0 ? rc : 0, err);
        if (met >= 0 && o->ranks > 1)
            report_progress(r->report, r->done, r->places.n);
        more = o->ranks == 1 ? rc > 0 : r->until < o->longest;
    }
    if (met < 0 || caption_output_end(o, &r->broken, err))
        return -1;
    if (!r->looks || rc > 0) /* a part of it is not written */
        return 0;
    AttentionFile *looks = r->looks;
    r->looks = NULL;
    return attention_file_end(looks, err);
}

static int begin_looks(Run *r, const char *path, const DecoderOptions *options, Err *err)
{
    if (!path)
        return 0;
    int model = ensemble_looks(r->ensemble);
    const CnnInfo *info = cnn_info(r->network[r->ensemble->source[model]].cnn);
    const AttentionShape shape = {.places = info->grid_rows * info->grid_columns,
                                  .down = info->grid_rows,
                                  .across = info->grid_columns,
                                  .steps = options->search.max_length,
                                  .row = r->places.row,
                                  .file = r->list.name,
                                  .n = r->places.n};
    r->looks = attention_file_begin(path, &shape, &r->ensemble->model[model].origin, err);
    return r->looks ? 0 : -1;
}

/* A caption takes a tenth of the work that its picture takes in the network, or less, and OpenMP's threads spin while
 * they wait: more of them would keep the network's from the processors. */
static int threads_for_captions(int threads)
{
    return 1 + (threads - 1) / 8;
}

static int begin(Run *r, const DecoderOptions *options, const char *attention, Err *err)
{
    DecoderInput wish[SEARCH_MODELS];
    if (open_networks(r, err) || begin_looks(r, attention, options, err))
        return -1;
    for (int i = 0; i < r->ensemble->sources; i++) {
        const Network *n = &r->network[i];
        const CnnInfo *info = cnn_info(n->cnn);
        wish[i] = (DecoderInput){.pca = n->model->origin.pca.C ? &n->model->origin.pca : NULL,
                                 .places = n->attends ? info->grid_rows * info->grid_columns : 0};
    }
    int batch = decoder_batch(options, r->ensemble, r->places.n), ahead = r->options->threads * PICTURES_AHEAD;
    r->stream = picture_stream_start(r->extractor, r->ensemble->sources, r->list.path, r->places.row, r->places.n,
                                     r->options->threads, err);
    return !r->stream || decoder_begin(&r->decoder, options, r->ensemble, wish, r->looks,
                                       batch < ahead ? batch : ahead, r->output, err)
               ? -1
               : 0;
}

int pictures_run(const PictureOptions *options, const DecoderOptions *decoder, const Ensemble *ensemble,
                 const RowSelection *selection, const char *attention, CaptionOutput *output, int64_t *broken,
                 Err *err)
{
    Run r = {.options = options, .ensemble = ensemble, .report = output->report, .output = output};
    threads_set(threads_for_captions(options->threads));
    int rc = list_pictures(&r, selection, err);
    if (rows_share(&r.places, rc, ensemble, r.list.name, output, err) ||
        caption_output_agree(output, begin(&r, decoder, attention, err), err) || caption_all(&r, err))
        rc = -1;
    *broken = r.broken;
    picture_stream_stop(r.stream);
    decoder_free(&r.decoder);
    attention_file_abort(r.looks);
    for (int i = 0; i < ensemble->sources; i++)
        cnn_free(r.network[i].cnn);
    rows_free(&r.places);
    picture_list_free(&r.list);
    return rc;
}
