#include "pipeline/features/features.h"

#include "io/hdf5/h5.h"
#include "pipeline/common/choice.h"
#include "pipeline/common/origin.h"
#include "pipeline/common/pipe.h"
#include "pipeline/features/cnn_find.h"
#include "pipeline/features/picture_list.h"

#include <stdlib.h>
#include <string.h>

static const char FEATURES[] = "features", GRID[] = "grid", FILES[] = "files";
enum { VERSION = 1, AHEAD = 4 }; /* pictures in progress or waiting, for each thread */

/* One picture on its way. */
typedef struct {
    int64_t i;
    PictureNumbers numbers;
    bool broken;
    Err why;
} Item;

typedef struct {
    const FeaturesOptions *options;
    PictureList list;
    Cnn *cnn;
    Extractor extractor;
    Item *items;
    int n_items;
    int64_t taken;
    float *features; /* (pictures, D); the first n_done rows are filled */
    const char **files;
    int64_t n_done, broken;
    H5 *out;
} Run;

/* --- one picture --- */

static int take_picture(void *ctx, void *item, Err *err)
{
    Run *r = ctx;
    (void)err;
    if (r->taken == r->list.n)
        return 0;
    ((Item *)item)->i = r->taken++;
    return 1;
}

static int work_picture(void *ctx, void *item, Err *err)
{
    const Run *r = ctx;
    Item *it = item;
    int rc = extractor_run(&r->extractor, r->list.path[it->i], &it->numbers, &it->why);
    it->broken = rc > 0;
    return rc < 0 ? err_set(err, "%s", it->why.text) : 0;
}

/* --- the file --- */

static int put_origin(const Run *r, Err *err)
{
    const CnnInfo *info = cnn_info(r->cnn);
    const Preprocess *prepare = &r->extractor.prepare;
    char fit[CHOICE_WORD], order[CHOICE_WORD];
    const char *slash = strrchr(r->options->cnn, '/');
    Origin o = {.format = ORIGIN_FORMAT,
                .version = VERSION,
                .cnn = slash ? slash + 1 : r->options->cnn,
                .sha256 = info->sha256,
                .layer = info->layer,
                .grid_layer = info->grid_layer,
                .fit = choice_word(PREPROCESS_FITS, prepare->crop, fit),
                .order = choice_word(PREPROCESS_ORDERS, prepare->bgr, order),
                .grid_rows = info->grid_rows,
                .grid_columns = info->grid_columns,
                .input_width = info->width,
                .input_height = info->height};
    memcpy(o.mean, prepare->mean, sizeof o.mean);
    memcpy(o.scale, prepare->scale, sizeof o.scale);
    return origin_write(&o, r->out, "/", err); /* whose texts are borrowed here */
}

static int begin_file(Run *r, Err *err)
{
    const CnnInfo *info = cnn_info(r->cnn);
    int64_t dim[3] = {r->list.n, (int64_t)info->grid_rows * info->grid_columns, info->grid_channels};
    r->features = calloc((size_t)r->list.n, (size_t)info->features * sizeof *r->features);
    r->files = calloc((size_t)r->list.n, sizeof *r->files);
    if (!r->features || !r->files)
        return err_set(err, "out of memory for %lld pictures", (long long)r->list.n);
    if (!(r->out = h5_create(r->options->output, err)) || put_origin(r, err))
        return -1;
    return r->options->network.grid ? h5_make_halves(r->out, GRID, 3, dim, err) : 0;
}

static int end_file(Run *r, Err *err)
{
    const int64_t dim[2] = {r->n_done, cnn_info(r->cnn)->features};
    if (h5_write_floats(r->out, FEATURES, 2, dim, r->features, err) ||
        h5_write_strings(r->out, FILES, r->n_done, r->files, err) ||
        (r->options->network.grid && h5_keep_rows(r->out, GRID, r->n_done, err)))
        return -1;
    H5 *out = r->out;
    r->out = NULL;
    return h5_commit(out, err);
}

static int keep(Run *r, const Item *item, Err *err)
{
    size_t features = (size_t)cnn_info(r->cnn)->features;
    if (item->numbers.grid && h5_put_halves(r->out, GRID, r->n_done, item->numbers.grid, err))
        return -1;
    memcpy(r->features + (size_t)r->n_done * features, item->numbers.vector,
           features * sizeof *item->numbers.vector);
    r->files[r->n_done++] = r->list.name[item->i];
    return 0;
}

/* --- the run --- */

static int list_pictures(Run *r, Err *err)
{
    const FeaturesOptions *o = r->options;
    int rc = o->data ? picture_list_add_split(&r->list, o->data, o->split, err) : 0;
    for (int i = 0; i < o->n_operands && !rc; i++)
        rc = picture_list_add(&r->list, o->operands[i], o->nul, err);
    return !rc && !r->list.n ? err_set(err, "no pictures") : rc;
}

static int make_items(Run *r, Err *err)
{
    r->n_items = r->options->threads * AHEAD;
    r->items = calloc((size_t)r->n_items, sizeof *r->items);
    int rc = r->items ? 0 : err_set(err, "out of memory");
    for (int i = 0; rc == 0 && i < r->n_items; i++)
        rc = picture_numbers_alloc(&r->items[i].numbers, cnn_info(r->cnn), err);
    return rc;
}

static int take_rows(Run *r, const Report *report, Err *err)
{
    void *item;
    int rc;
    Pipe *pipe = pipe_start(&(PipeSpec){.take = take_picture,
                                        .work = work_picture,
                                        .ctx = r,
                                        .items = r->items,
                                        .item_size = sizeof *r->items,
                                        .depth = r->n_items,
                                        .workers = r->options->threads},
                            err);
    if (!pipe)
        return -1;
    while (!report_stop(report) && (rc = pipe_next(pipe, &item, err)) > 0) {
        const Item *it = item;
        if (it->broken && r->options->data)
            rc = err_set(err, "%s", it->why.text);
        else if (it->broken)
            report_warn(report, "%s", it->why.text);
        else
            rc = keep(r, it, err);
        if (rc < 0)
            break;
        r->broken += it->broken;
        report_progress(report, r->n_done + r->broken, r->list.n);
    }
    pipe_stop(pipe);
    return report_stop(report) ? 0 : rc < 0 ? -1 : 0;
}

static int open_network(Run *r, Err *err)
{
    const FeaturesOptions *o = r->options;
    r->cnn = cnn_open_named(o->cnn, &o->network, err);
    r->extractor = (Extractor){.cnn = r->cnn, .wish = o->pictures};
    return r->cnn ? preprocess_choose(&r->extractor.prepare, r->cnn, &o->prepare, err) : -1;
}

static int run(Run *r, const Report *report, Err *err)
{
    if (open_network(r, err) || list_pictures(r, err) || make_items(r, err) || begin_file(r, err) ||
        take_rows(r, report, err))
        return -1;
    if (report_stop(report)) /* nothing is written */
        return 0;
    if (!r->n_done)
        return err_set(err, "none of %lld pictures can be read", (long long)r->list.n);
    return end_file(r, err);
}

int features_run(const FeaturesOptions *options, const Report *report, int64_t *broken, Err *err)
{
    Run r = {.options = options};
    int rc = run(&r, report, err);
    *broken = r.broken;
    for (int i = 0; r.items && i < r.n_items; i++)
        picture_numbers_free(&r.items[i].numbers);
    free(r.items);
    free(r.features);
    free(r.files);
    h5_discard(r.out);
    picture_list_free(&r.list);
    cnn_free(r.cnn);
    return rc;
}
