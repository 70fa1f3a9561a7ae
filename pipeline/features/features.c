#include "pipeline/features/features.h"

#include "io/file/file.h"
#include "io/hdf5/h5.h"
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
    float *input, *vector, *grid; /* grid is NULL where none is wanted */
    bool broken;
    Err why;
} Item;

typedef struct {
    const FeaturesOptions *options;
    PictureList list;
    Cnn *cnn;
    Preprocess prepare;
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

static int read_picture(const Run *r, const char *path, Image *image, Err *err)
{
    ImageWish wish = {.max_pixels = r->options->max_pixels, .draw_cut = r->options->truncated};
    size_t len;
    char *bytes = file_read(path, IMAGE_FILE_MAX, &len, err);
    if (!bytes)
        return -1;
    if (!r->options->exact)
        preprocess_least(cnn_info(r->cnn), &wish.least_w, &wish.least_h);
    int rc = image_decode(image, bytes, len, &wish, NULL, err);
    free(bytes);
    return rc ? err_prefix(err, "%s: ", path) : 0;
}

static int work_picture(void *ctx, void *item, Err *err)
{
    const Run *r = ctx;
    Item *it = item;
    Image image = {0};
    it->broken = read_picture(r, r->list.path[it->i], &image, &it->why) != 0;
    if (it->broken)
        return 0;
    int rc = preprocess_fill(&r->prepare, cnn_info(r->cnn), &image, it->input, err);
    image_free(&image);
    return rc ? rc : cnn_run(r->cnn, it->input, it->vector, it->grid, err);
}

/* --- the file --- */

static int put_attributes(const Run *r, Err *err)
{
    const CnnInfo *info = cnn_info(r->cnn);
    const char *slash = strrchr(r->options->cnn, '/'), *name = slash ? slash + 1 : r->options->cnn;
    const struct {
        const char *name, *text;
    } texts[] = {{"format", "coco-features"},
                 {"cnn", name},
                 {"cnn_sha256", info->sha256},
                 {"layer", info->layer},
                 {"grid_layer", info->grid_layer},
                 {"fit", r->prepare.crop ? "crop" : "squash"},
                 {"order", r->prepare.bgr ? "bgr" : "rgb"}};
    const struct {
        const char *name;
        int64_t value;
    } numbers[] = {{"version", VERSION},
                   {"grid_rows", info->grid_rows},
                   {"grid_columns", info->grid_columns},
                   {"input_width", info->width},
                   {"input_height", info->height}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (h5_put_text(r->out, "/", texts[i].name, texts[i].text, err))
            return -1;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (h5_put_int(r->out, "/", numbers[i].name, numbers[i].value, err))
            return -1;
    return h5_put_reals(r->out, "/", "mean", 3, r->prepare.mean, err) ||
                   h5_put_reals(r->out, "/", "scale", 3, r->prepare.scale, err)
               ? -1
               : 0;
}

static int begin_file(Run *r, Err *err)
{
    const CnnInfo *info = cnn_info(r->cnn);
    int64_t dim[3] = {r->list.n, (int64_t)info->grid_rows * info->grid_columns, info->grid_channels};
    r->features = calloc((size_t)r->list.n, (size_t)info->features * sizeof *r->features);
    r->files = calloc((size_t)r->list.n, sizeof *r->files);
    if (!r->features || !r->files)
        return err_set(err, "out of memory for %lld pictures", (long long)r->list.n);
    if (!(r->out = h5_create(r->options->output, err)) || put_attributes(r, err))
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
    if (item->grid && h5_put_halves(r->out, GRID, r->n_done, item->grid, err))
        return -1;
    memcpy(r->features + (size_t)r->n_done * features, item->vector, features * sizeof *item->vector);
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
    const CnnInfo *info = cnn_info(r->cnn);
    size_t input = (size_t)info->width * (size_t)info->height * 3,
           grid = (size_t)info->grid_rows * (size_t)info->grid_columns * (size_t)info->grid_channels;
    r->n_items = r->options->threads * AHEAD;
    r->items = calloc((size_t)r->n_items, sizeof *r->items);
    for (int i = 0; r->items && i < r->n_items; i++) {
        Item *item = &r->items[i];
        item->input = malloc(input * sizeof *item->input);
        item->vector = malloc((size_t)info->features * sizeof *item->vector);
        item->grid = grid ? malloc(grid * sizeof *item->grid) : NULL;
        if (!item->input || !item->vector || (grid && !item->grid))
            return err_set(err, "out of memory");
    }
    return r->items ? 0 : err_set(err, "out of memory");
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

static int run(Run *r, const Report *report, Err *err)
{
    r->cnn = cnn_open_named(r->options->cnn, &r->options->network, err);
    if (!r->cnn || preprocess_choose(&r->prepare, r->cnn, &r->options->prepare, err) || list_pictures(r, err) ||
        make_items(r, err) || begin_file(r, err) || take_rows(r, report, err))
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
    for (int i = 0; r.items && i < r.n_items; i++) {
        free(r.items[i].input);
        free(r.items[i].vector);
        free(r.items[i].grid);
    }
    free(r.items);
    free(r.features);
    free(r.files);
    h5_discard(r.out);
    picture_list_free(&r.list);
    cnn_free(r.cnn);
    return rc;
}
