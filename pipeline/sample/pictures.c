#include "pipeline/sample/pictures.h"

#include "io/base/utf8.h"
#include "pipeline/common/choice.h"
#include "pipeline/common/threads.h"
#include "pipeline/features/cnn_find.h"
#include "pipeline/features/picture_list.h"
#include "pipeline/features/picture_stream.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    const PictureOptions *options;
    const Ensemble *ensemble;
    const Model *model;   /* the first */
    const Model *attends; /* ensemble_attends */
    const char *model_path;
    const Report *report;
    PictureList list;
    RowList places; /* in the list */
    Cnn *cnn;
    Extractor extractor;
    PictureStream *stream;
    AttentionFile *looks; /* NULL: nobody asks */
    Decoder decoder;
    int64_t done, broken;
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
static int choose_preprocess(Run *r, const Origin *o, Err *err)
{
    Preprocess *p = &r->extractor.prepare;
    if (!o->sha256 || isnan(o->mean[0]) || isnan(o->scale[0]))
        return preprocess_choose(p, r->cnn, &(PreprocessWish){.order = -1, .fit = -1}, err);
    memcpy(p->mean, o->mean, sizeof p->mean);
    memcpy(p->scale, o->scale, sizeof p->scale);
    p->crop = o->fit ? choice_index(PREPROCESS_FITS, o->fit) : 0;
    p->bgr = o->order ? choice_index(PREPROCESS_ORDERS, o->order) : 0;
    return 0;
}

static int check_grid(const Run *r, const char *name, Err *err)
{
    const CnnInfo *info = cnn_info(r->cnn);
    if (!r->attends)
        return 0;
    const Pca *pca = &r->attends->origin.grid_pca;
    int C = pca->C ? pca->C : r->attends->params.shape.C;
    if (info->grid_channels == C)
        return 0;
    return err_set(err, "%s: layer '%s' gives a grid of %d numbers per place, but %s takes %d", name,
                   info->grid_layer, info->grid_channels, r->model_path, C);
}

static int open_network(Run *r, Err *err)
{
    const Origin *origin = &r->model->origin;
    const char *name = r->options->cnn ? r->options->cnn : origin->cnn;
    int D = origin->pca.C ? origin->pca.C : r->model->params.shape.D;
    if (!name)
        return err_set(err, "%s: does not say which network its features are from: name one with --cnn FILE",
                       r->model_path);
    if (!(r->cnn = find_and_open(name, origin, r->attends != NULL, err)))
        return origin->cnn ? err_prefix(err, "%s takes features of %s: ", r->model_path, origin->cnn) : -1;
    if (cnn_info(r->cnn)->features != D)
        return err_set(err, "%s: layer '%s' gives %d numbers, but %s takes %d", name, cnn_info(r->cnn)->layer,
                       cnn_info(r->cnn)->features, r->model_path, D);
    if (check_grid(r, name, err))
        return -1;
    r->extractor = (Extractor){.cnn = r->cnn, .wish = r->options->wish};
    r->extractor.wish.exact = origin->exact;
    r->extractor.wish.truncated = origin->truncated;
    return choose_preprocess(r, origin, err);
}

/* --- pictures --- */

static int list_pictures(Run *r, const RowSelection *selection, Err *err)
{
    const PictureOptions *o = r->options;
    RowSelection all = *selection;
    for (int i = 0; i < o->n_operands; i++)
        if (picture_list_add(&r->list, o->operands[i], o->nul, err))
            return -1;
    if (!r->list.n)
        return err_set(err, "no pictures");
    all.images = r->list.n;
    return rows_select(&r->places, &all, err);
}

/* Puts a picture into the batch at *n, or warns of one that is broken. */
static int take(Run *r, const Picture *p, int *n, Err *err)
{
    Decoder *d = &r->decoder;
    const char *file = r->list.name[p->place];
    r->done++;
    if (p->broken) {
        report_warn(r->report, "%s", p->why.text);
    } else if (!utf8_valid(file, strlen(file))) {
        report_warn(r->report, "%s: its name is not UTF-8, which a record must be", file);
    } else {
        memcpy(d->features + (size_t)*n * (size_t)d->columns, p->numbers.vector,
               (size_t)d->columns * sizeof *d->features);
        d->items[*n] = (CaptionItem){.file = file, .row = p->place};
        d->number[*n] = p->place;
        if (d->grid && decoder_put_grid(d, *n, p->numbers.grid, &r->attends->origin.grid_pca, err))
            return -1;
        (*n)++;
        return 0;
    }
    r->broken++;
    return 0;
}

/* Waits for a picture and takes those that are ready as well, so that the first caption comes soon and later ones share the
 * work. 1: *n were taken; 0: there are no more. */
static int take_ready(Run *r, int *n, Err *err)
{
    const Picture *p;
    int rc = 1;
    for (*n = 0; *n < r->decoder.batch && (*n == 0 || picture_stream_ready(r->stream));) {
        if ((rc = picture_stream_next(r->stream, &p, err)) <= 0)
            break;
        if ((rc = take(r, p, n, err)) < 0)
            break;
        rc = 1;
    }
    return rc;
}

static int caption_all(Run *r, Err *err)
{
    Decoder *d = &r->decoder;
    int n, rc = 1;
    while (rc > 0 && !report_stop(r->report)) {
        rc = take_ready(r, &n, err);
        if (n && decoder_run(d, n, rc < 0 ? NULL : err))
            return -1;
        if (n && fflush(d->out))
            return err_set(err, "cannot write: %s", strerror(errno));
        report_progress(r->report, r->done, r->places.n);
    }
    if (rc < 0 || decoder_end(d, err))
        return -1;
    if (!r->looks || rc > 0) /* a part of it is not written */
        return 0;
    AttentionFile *looks = r->looks;
    r->looks = NULL;
    return attention_file_end(looks, err);
}

static int begin_looks(Run *r, const char *path, const DecoderOptions *options, Err *err)
{
    const CnnInfo *info = cnn_info(r->cnn);
    const AttentionShape shape = {.places = info->grid_rows * info->grid_columns,
                                  .down = info->grid_rows,
                                  .across = info->grid_columns,
                                  .steps = options->search.max_length,
                                  .row = r->places.row,
                                  .file = r->list.name,
                                  .n = r->places.n};
    r->looks = path ? attention_file_begin(path, &shape, &r->model->origin, err) : NULL;
    return path && !r->looks ? -1 : 0;
}

/* A caption takes a tenth of the work that its picture takes in the network, or less, and OpenMP's threads spin while they
 * wait: more of them would keep the network's from the processors. */
static int threads_for_captions(int threads)
{
    return 1 + (threads - 1) / 8;
}

static int run(Run *r, const DecoderOptions *options, const RowSelection *selection, const char *attention,
               FILE *out, Err *err)
{
    const Pca *pca = r->model->origin.pca.C ? &r->model->origin.pca : NULL;
    threads_set(threads_for_captions(r->options->threads));
    if (list_pictures(r, selection, err) || open_network(r, err) || begin_looks(r, attention, options, err))
        return -1;
    const CnnInfo *info = cnn_info(r->cnn);
    int places = r->attends ? info->grid_rows * info->grid_columns : 0;
    int batch = decoder_batch(options, r->ensemble, r->places.n), ahead = r->options->threads * PICTURES_AHEAD;
    r->stream =
        picture_stream_start(&r->extractor, r->list.path, r->places.row, r->places.n, r->options->threads, err);
    if (!r->stream || decoder_begin(&r->decoder, options, r->ensemble, pca, places, r->looks,
                                    batch < ahead ? batch : ahead, out, err))
        return -1;
    return caption_all(r, err);
}

int pictures_run(const PictureOptions *options, const DecoderOptions *decoder, const Ensemble *ensemble,
                 const char *model_path, const RowSelection *selection, const char *attention, FILE *out,
                 const Report *report, int64_t *broken, Err *err)
{
    Run r = {.options = options,
             .ensemble = ensemble,
             .model = &ensemble->model[0],
             .attends = ensemble_attends(ensemble),
             .model_path = model_path,
             .report = report};
    int rc = run(&r, decoder, selection, attention, out, err);
    *broken = r.broken;
    picture_stream_stop(r.stream);
    decoder_free(&r.decoder);
    attention_file_abort(r.looks);
    cnn_free(r.cnn);
    rows_free(&r.places);
    picture_list_free(&r.list);
    return rc;
}
