#include "pipeline/dataset/shapes.h"

#include "io/base/err.h"
#include "io/file/file.h"
#include "io/file/outdir.h"
#include "io/picture/pngwriter.h"
#include "pipeline/common/defaults.h"
#include "pipeline/common/pipe.h"
#include "pipeline/dataset/dataset_names.h"
#include "pipeline/dataset/shapes_files.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { ITEMS_PER_WORKER = 8 };

enum { TRAIN, VAL, N_SPLITS };

/* A picture on its way through the pipe. */
typedef struct {
    Scene scene;
    SceneCaption caption[SCENE_CAPTIONS];
    float features[SCENE_FEATURES];
    int64_t id;
} Item;

typedef struct {
    const ShapesSplit *split;
    const char *dir;
    Rng rng;       /* take_scene's alone */
    int64_t taken; /* take_scene's alone */
} Stream;

ShapesOptions shapes_defaults(void)
{
    return (ShapesOptions){.dir = DEFAULT_DATASET, .train = 4000, .val = 500, .seed = 231, .workers = 1};
}

/* --- the pictures: take and work of the pipe --- */

static int take_scene(void *ctx, void *item, Err *err)
{
    Stream *stream = ctx;
    Item *it = item;
    (void)err;
    if (stream->taken == stream->split->n)
        return 0;
    it->id = stream->split->first_id + stream->taken++;
    scene_random(&it->scene, &stream->rng);
    scene_captions(&it->scene, &stream->rng, it->caption);
    return 1;
}

static int write_png(const char *path, const unsigned char *rgb, Err *err)
{
    FILE *f = fopen(path, "wbe");
    if (!f)
        return err_set(err, "%s: %s", path, strerror(errno));
    PngWriter *png = pngwriter_new(f, SCENE_SIDE, SCENE_SIDE, err);
    int rc = png && !pngwriter_rows(png, rgb, SCENE_SIDE, err) && !pngwriter_end(png, err) ? 0 : -1;
    pngwriter_free(png);
    if (fclose(f) && !rc)
        rc = err_set(err, "%s", strerror(errno));
    return rc ? err_prefix(err, "%s: ", path) : 0;
}

static int draw_scene(void *ctx, void *item, Err *err)
{
    const Stream *stream = ctx;
    Item *it = item;
    char name[64];
    int rc = -1;
    unsigned char *rgb = malloc((size_t)SCENE_SIDE * SCENE_SIDE * 3);
    Canvas *canvas = canvas_new(SCENE_SIDE, SCENE_SIDE, 0xffffff, err);
    shapes_image_name(name, sizeof name, stream->split, it->id);
    char *path = path_join(stream->dir, name);
    if (rgb && canvas && path) {
        scene_paint(&it->scene, canvas);
        rc = canvas_rows(canvas, 0, SCENE_SIDE, rgb, err);
        if (rc == 0) {
            scene_features(rgb, SCENE_SIDE, it->features);
            rc = write_png(path, rgb, err);
        }
    } else if (canvas) {
        err_set(err, "out of memory");
    }
    free(path);
    canvas_free(canvas);
    free(rgb);
    return rc;
}

/* --- one split --- */

static int split_alloc(ShapesSplit *split, Err *err)
{
    size_t n = (size_t)split->n, lines = n * SCENE_CAPTIONS;
    split->features = calloc(n + 1, SCENE_FEATURES * sizeof *split->features);
    split->captions = calloc(lines + 1, SHAPES_CAPTION_WIDTH * sizeof *split->captions);
    split->image = calloc(lines + 1, sizeof *split->image);
    if (!split->features || !split->captions || !split->image)
        return err_set(err, "out of memory");
    return 0;
}

static void split_free(ShapesSplit *split)
{
    free(split->features);
    free(split->captions);
    free(split->image);
}

static void store_item(ShapesSplit *split, int64_t row, const Item *item, const Vocab *vocab)
{
    memcpy(split->features + row * SCENE_FEATURES, item->features, sizeof item->features);
    for (int k = 0; k < SCENE_CAPTIONS; k++) {
        int64_t line = row * SCENE_CAPTIONS + k;
        shapes_encode(item->caption[k], vocab, split->captions + line * SHAPES_CAPTION_WIDTH);
        split->image[line] = (int32_t)row;
    }
}

/* Draws all pictures of a split; captions and features stay in memory. */
static int draw_split(const ShapesOptions *options, ShapesSplit *split, const char *dir, const Vocab *vocab,
                      const Report *report, int64_t *done, Err *err)
{
    int depth = ITEMS_PER_WORKER * options->workers;
    Stream stream = {.split = split, .dir = dir};
    Item *pool = calloc((size_t)depth, sizeof *pool);
    void *item;
    int got;
    rng_seed(&stream.rng, split->seed);
    Pipe *pipe = NULL;
    if (pool)
        pipe = pipe_start(&(PipeSpec){.take = take_scene,
                                      .work = draw_scene,
                                      .ctx = &stream,
                                      .items = pool,
                                      .item_size = sizeof *pool,
                                      .depth = depth,
                                      .workers = options->workers},
                          err);
    else
        err_set(err, "out of memory");
    if (!pipe) {
        free(pool);
        return -1;
    }
    for (int64_t row = 0; (got = pipe_next(pipe, &item, err)) > 0 && !report_stop(report); row++) {
        store_item(split, row, item, vocab);
        report_progress(report, ++*done, options->train + options->val);
    }
    pipe_stop(pipe);
    free(pool);
    return got < 0 ? -1 : 0;
}

/* --- all of it --- */

/* 0 if the directory may be made. */
static int check_target(const ShapesOptions *options, Err *err)
{
    if (dir_vacant(options->dir))
        return 0;
    if (!shapes_wrote(options->dir))
        return err_set(err, "%s: is not empty and not a dataset of shapes: left alone", options->dir);
    if (!options->replace)
        return err_set(err, "%s: exists already; --force replaces it", options->dir);
    return dataset_check_own(options->dir, err);
}

static int make_image_dirs(const char *dir, const ShapesSplit split[N_SPLITS], Err *err)
{
    for (int s = 0; s < N_SPLITS; s++) {
        char name[64];
        snprintf(name, sizeof name, "images/%s", split[s].name);
        char *path = path_join(dir, name);
        int rc = path ? file_mkdirs(path, err) : err_set(err, "out of memory");
        free(path);
        if (rc)
            return -1;
    }
    return 0;
}

static int fill(const ShapesOptions *options, const OutDir *out, const Vocab *vocab, const Report *report, Err *err)
{
    Rng rng;
    int64_t done = 0;
    rng_seed(&rng, (uint32_t)options->seed);
    ShapesSplit split[N_SPLITS] = {{.name = "train", .n = options->train, .first_id = 1},
                                   {.name = "val", .n = options->val, .first_id = 1 + SHAPES_MAX + 1}};
    int rc = make_image_dirs(out->path, split, err);
    for (int s = 0; rc == 0 && s < N_SPLITS; s++) {
        split[s].seed = rng_u32(&rng);
        rc = split_alloc(&split[s], err);
        if (rc == 0)
            rc = draw_split(options, &split[s], out->path, vocab, report, &done, err);
    }
    if (rc == 0 && !report_stop(report)) {
        scene_standardise(split[TRAIN].features, split[TRAIN].n, split[VAL].features, split[VAL].n);
        rc = shapes_write(options, out, split, N_SPLITS, vocab, err);
    }
    for (int s = 0; s < N_SPLITS; s++)
        split_free(&split[s]);
    return rc;
}

int shapes_make(const ShapesOptions *options, const Report *report, Err *err)
{
    OutDir out = {.target = NULL};
    Vocab vocab = {.word = NULL};
    if (check_target(options, err) || outdir_begin(&out, options->dir, err))
        return -1;
    int rc = shapes_vocab(&vocab, err);
    if (rc == 0)
        rc = fill(options, &out, &vocab, report, err);
    if (rc == 0 && !report_stop(report) && (rc = outdir_commit(&out, options->replace, err)) &&
        shapes_made(options)) {
        report_note(report, "%s: is there already: another process has made it", options->dir);
        rc = 0;
    }
    vocab_free(&vocab);
    outdir_abort(&out);
    return rc;
}
