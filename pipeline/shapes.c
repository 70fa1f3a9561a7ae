#include "pipeline/shapes.h"

#include "io/err.h"
#include "io/file.h"
#include "io/h5.h"
#include "io/outdir.h"
#include "io/png.h"
#include "io/vocab.h"
#include "pipeline/pipe.h"
#include "pipeline/scene.h"
#include "pipeline/scene_features.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
    CAPTION_WIDTH = SCENE_WORDS + 2, /* <START>, words, <END> */
    ITEMS_PER_WORKER = 8,
    FIRST_WORD = 4 /* behind <NULL>, <START>, <END>, <UNK> */
};

static const char readme_title[] = "Shapes: pictures and captions drawn by coco-fetch shapes\n";

/* One split in memory. */
typedef struct {
    const char *name;
    int64_t n;        /* pictures */
    int64_t first_id;
    uint32_t seed;
    float *features;   /* (n, SCENE_FEATURES) */
    int32_t *captions; /* (n * SCENE_CAPTIONS, CAPTION_WIDTH) */
    int32_t *image;    /* (n * SCENE_CAPTIONS) */
} Split;

enum { TRAIN, VAL, N_SPLITS };

/* A picture on its way through the pipe. */
typedef struct {
    Scene scene;
    Caption caption[SCENE_CAPTIONS];
    float features[SCENE_FEATURES];
    int64_t id;
} Item;

typedef struct {
    const Split *split;
    const char *dir;
    Rng rng;       /* take's alone */
    int64_t taken; /* take's alone */
} Stream;

ShapesSpec shapes_defaults(void)
{
    return (ShapesSpec){.dir = "data/coco_captioning", .train = 4000, .val = 500, .seed = 231, .workers = 1};
}

static void image_name(char *name, size_t size, const Split *split, int64_t id)
{
    snprintf(name, size, "images/%s/%012lld.png", split->name, (long long)id);
}

/* --- the pictures: take and work of the pipe --- */

static int take_scene(void *ctx, void *item, char *err, size_t errlen)
{
    Stream *stream = ctx;
    Item *it = item;
    (void)err, (void)errlen;
    if (stream->taken == stream->split->n)
        return 0;
    it->id = stream->split->first_id + stream->taken++;
    scene_random(&it->scene, &stream->rng);
    scene_captions(&it->scene, &stream->rng, it->caption);
    return 1;
}

static int write_png(const char *path, const unsigned char *rgb, char *err, size_t errlen)
{
    FILE *f = fopen(path, "wbe");
    if (!f)
        return err_set(err, errlen, "%s: %s", path, strerror(errno));
    char why[ERR_LEN] = "";
    PngWriter *png = png_begin(f, SCENE_SIDE, SCENE_SIDE, why, sizeof why);
    int rc = png ? png_rows(png, rgb, SCENE_SIDE, why, sizeof why) : -1;
    if (rc)
        png_abort(png);
    else
        rc = png_end(png, why, sizeof why);
    if (fclose(f) && !rc)
        rc = err_set(why, sizeof why, "%s", strerror(errno));
    return rc ? err_set(err, errlen, "%s: %s", path, why) : 0;
}

static int draw_scene(void *ctx, void *item, char *err, size_t errlen)
{
    const Stream *stream = ctx;
    Item *it = item;
    char name[64];
    int rc = -1;
    unsigned char *rgb = malloc((size_t)SCENE_SIDE * SCENE_SIDE * 3);
    Canvas *canvas = canvas_new(SCENE_SIDE, SCENE_SIDE, 0xffffff, err, errlen);
    image_name(name, sizeof name, stream->split, it->id);
    char *path = path_join(stream->dir, name);
    if (rgb && canvas && path) {
        scene_paint(&it->scene, canvas);
        canvas_rows(canvas, 0, SCENE_SIDE, rgb);
        scene_features(rgb, SCENE_SIDE, it->features);
        rc = write_png(path, rgb, err, errlen);
    } else if (canvas) {
        err_set(err, errlen, "out of memory");
    }
    free(path);
    canvas_free(canvas);
    free(rgb);
    return rc;
}

/* --- one split --- */

/* A caption as numbers: <START>, words, <END>, <NULL> to the end of the row. */
static void encode(const char *caption, const Vocab *vocab, int32_t row[CAPTION_WIDTH])
{
    int t = 0;
    memset(row, 0, CAPTION_WIDTH * sizeof *row);
    row[t++] = 1;
    for (const char *p = caption; *p;) {
        size_t n = strcspn(p, " ");
        for (int w = FIRST_WORD; w < vocab->size; w++)
            if (strlen(vocab->word[w]) == n && !memcmp(vocab->word[w], p, n))
                row[t++] = w;
        p += n + (p[n] == ' ');
    }
    row[t] = 2;
}

static int split_alloc(Split *split, char *err, size_t errlen)
{
    size_t n = (size_t)split->n, lines = n * SCENE_CAPTIONS;
    split->features = calloc(n + 1, SCENE_FEATURES * sizeof *split->features);
    split->captions = calloc(lines + 1, CAPTION_WIDTH * sizeof *split->captions);
    split->image = calloc(lines + 1, sizeof *split->image);
    if (!split->features || !split->captions || !split->image)
        return err_set(err, errlen, "out of memory");
    return 0;
}

static void split_free(Split *split)
{
    free(split->features);
    free(split->captions);
    free(split->image);
}

static void keep(Split *split, int64_t row, const Item *item, const Vocab *vocab)
{
    memcpy(split->features + row * SCENE_FEATURES, item->features, sizeof item->features);
    for (int k = 0; k < SCENE_CAPTIONS; k++) {
        int64_t line = row * SCENE_CAPTIONS + k;
        encode(item->caption[k], vocab, split->captions + line * CAPTION_WIDTH);
        split->image[line] = (int32_t)row;
    }
}

/* Draws all pictures of a split, and keeps the rest in memory. */
static int draw_split(const ShapesSpec *spec, Split *split, const char *dir, const Vocab *vocab,
                      const Report *report, int64_t *done, char *err, size_t errlen)
{
    int depth = ITEMS_PER_WORKER * spec->workers;
    Stream stream = {.split = split, .dir = dir};
    Item *pool = calloc((size_t)depth, sizeof *pool);
    void *item;
    int got;
    rng_seed(&stream.rng, split->seed);
    Pipe *pipe = NULL;
    if (pool)
        pipe = pipe_start(&(PipeSpec){take_scene, draw_scene, &stream, pool, sizeof *pool, depth, spec->workers},
                          err, errlen);
    else
        err_set(err, errlen, "out of memory");
    if (!pipe) {
        free(pool);
        return -1;
    }
    for (int64_t row = 0; (got = pipe_next(pipe, &item, err, errlen)) > 0 && !report_stop(report); row++) {
        keep(split, row, item, vocab);
        report_progress(report, ++*done, spec->train + spec->val);
    }
    pipe_stop(pipe);
    free(pool);
    return got < 0 ? -1 : 0;
}

/* --- the files --- */

static int make_vocab(Vocab *vocab, char *err, size_t errlen)
{
    static const char *const special[FIRST_WORD] = {"<NULL>", "<START>", "<END>", "<UNK>"};
    int n = FIRST_WORD, missing = 0;
    while (scene_words[n - FIRST_WORD])
        n++;
    char **word = calloc((size_t)n, sizeof *word);
    if (!word)
        return err_set(err, errlen, "out of memory");
    for (int i = 0; i < n; i++) {
        word[i] = strdup(i < FIRST_WORD ? special[i] : scene_words[i - FIRST_WORD]);
        missing += !word[i];
    }
    if (missing) {
        for (int i = 0; i < n; i++)
            free(word[i]);
        free(word);
        return err_set(err, errlen, "out of memory");
    }
    return vocab_take(vocab, word, n, "shapes", err, errlen);
}

static H5 *create_h5(const char *dir, const char *name, char *err, size_t errlen)
{
    char *path = path_join(dir, name);
    H5 *h5 = path ? h5_create(path, err, errlen) : NULL;
    if (!path)
        err_set(err, errlen, "out of memory");
    free(path);
    return h5;
}

static int write_captions(const char *dir, const Split split[N_SPLITS], char *err, size_t errlen)
{
    H5 *h5 = create_h5(dir, "coco2014_captions.h5", err, errlen);
    int rc = h5 ? 0 : -1;
    for (int s = 0; rc == 0 && s < N_SPLITS; s++) {
        char name[64];
        int64_t dim[2] = {split[s].n * SCENE_CAPTIONS, CAPTION_WIDTH};
        snprintf(name, sizeof name, "%s_captions", split[s].name);
        rc = h5_write_ints(h5, name, 2, dim, split[s].captions, err, errlen);
        snprintf(name, sizeof name, "%s_image_idxs", split[s].name);
        if (rc == 0)
            rc = h5_write_ints(h5, name, 1, dim, split[s].image, err, errlen);
    }
    return h5_close(h5, rc ? NULL : err, errlen) || rc ? -1 : 0;
}

static int write_features(const char *dir, const Split *split, char *err, size_t errlen)
{
    char name[64];
    int64_t dim[2] = {split->n, SCENE_FEATURES};
    snprintf(name, sizeof name, "%s2014_vgg16_fc7_pca.h5", split->name);
    H5 *h5 = create_h5(dir, name, err, errlen);
    int rc = h5 ? h5_write_floats(h5, "features", 2, dim, split->features, err, errlen) : -1;
    return h5_close(h5, rc ? NULL : err, errlen) || rc ? -1 : 0;
}

/* A text file in the directory, written by a function. */
typedef void Writer(FILE *f, const void *what, const char *target);

static int write_text(const char *dir, const char *name, Writer *writer, const void *what, const char *target,
                      char *err, size_t errlen)
{
    char *path = path_join(dir, name);
    FILE *f = path ? fopen(path, "we") : NULL;
    if (!f) {
        err_set(err, errlen, "%s: %s", name, strerror(errno));
        free(path);
        return -1;
    }
    writer(f, what, target);
    int bad = ferror(f), closed = fclose(f);
    int rc = bad || closed ? err_set(err, errlen, "%s: %s", path, strerror(errno)) : 0;
    free(path);
    return rc;
}

static void put_images(FILE *f, const void *what, const char *target)
{
    const Split *split = what;
    char name[64];
    (void)target;
    for (int64_t i = 0; i < split->n; i++) {
        image_name(name, sizeof name, split, split->first_id + i);
        fprintf(f, "%s\n", name);
    }
}

/* A path inside a URL: all but RFC 3986's unreserved characters and the slash become %XX. */
static void put_url_path(FILE *f, const char *path)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
    for (const char *p = path; *p; p++)
        if (strchr(plain, *p))
            fputc(*p, f);
        else
            fprintf(f, "%%%02X", (unsigned char)*p);
}

static void put_urls(FILE *f, const void *what, const char *target)
{
    const Split *split = what;
    char name[64];
    for (int64_t i = 0; i < split->n; i++) {
        image_name(name, sizeof name, split, split->first_id + i);
        fputs("file://", f);
        put_url_path(f, target);
        fprintf(f, "/%s\n", name);
    }
}

static void put_readme(FILE *f, const void *what, const char *target)
{
    const ShapesSpec *spec = what;
    (void)target;
    fprintf(f, "%s\n", readme_title);
    fprintf(f, "coco-fetch shapes --train %lld --val %lld --seed %lld\n\n", (long long)spec->train,
            (long long)spec->val, (long long)spec->seed);
    fputs("Pictures of one to three coloured shapes, 128 x 128, five captions each. The features are measured\n"
          "on the pixels: of each patch of colour, the largest first, whether it is there, its colour, how\n"
          "much its form is like each kind's, its size, place and extent; of each two the direction from one\n"
          "to the other; each number less its mean and divided by its standard deviation over the train\n"
          "split.\n", f);
}

static int write_files(const ShapesSpec *spec, const OutDir *out, Split split[N_SPLITS], const Vocab *vocab,
                       char *err, size_t errlen)
{
    char *path = path_join(out->path, "coco2014_vocab.json");
    int rc = path ? vocab_write(vocab, path, err, errlen) : err_set(err, errlen, "out of memory");
    free(path);
    if (rc || write_captions(out->path, split, err, errlen))
        return -1;
    for (int s = 0; s < N_SPLITS; s++) {
        char urls[64], images[64];
        snprintf(urls, sizeof urls, "%s2014_urls.txt", split[s].name);
        snprintf(images, sizeof images, "%s2014_images.txt", split[s].name);
        if (write_features(out->path, &split[s], err, errlen) ||
            write_text(out->path, urls, put_urls, &split[s], out->target, err, errlen) ||
            write_text(out->path, images, put_images, &split[s], out->target, err, errlen))
            return -1;
    }
    return write_text(out->path, "README.txt", put_readme, spec, out->target, err, errlen);
}

/* --- all of it --- */

/* 0 where the directory may be made. */
static int check_target(const ShapesSpec *spec, char *err, size_t errlen)
{
    size_t len;
    if (dir_vacant(spec->dir))
        return 0;
    char *path = path_join(spec->dir, "README.txt");
    char *text = path ? file_read(path, 1 << 20, &len, NULL, 0) : NULL;
    int ours = text && !strncmp(text, readme_title, strlen(readme_title));
    free(text);
    free(path);
    if (!ours)
        return err_set(err, errlen, "%s: is not empty, and no dataset of shapes: not touched", spec->dir);
    if (!spec->replace)
        return err_set(err, errlen, "%s: is there already; --force makes it anew", spec->dir);
    return 0;
}

static int make_image_dirs(const char *dir, const Split split[N_SPLITS], char *err, size_t errlen)
{
    for (int s = 0; s < N_SPLITS; s++) {
        char name[64];
        snprintf(name, sizeof name, "images/%s", split[s].name);
        char *path = path_join(dir, name);
        int rc = path ? file_mkdirs(path, err, errlen) : err_set(err, errlen, "out of memory");
        free(path);
        if (rc)
            return -1;
    }
    return 0;
}

static int fill(const ShapesSpec *spec, const OutDir *out, const Vocab *vocab, const Report *report, char *err,
                size_t errlen)
{
    Rng rng;
    int64_t done = 0;
    rng_seed(&rng, (uint32_t)spec->seed);
    Split split[N_SPLITS] = {{.name = "train", .n = spec->train, .first_id = 1},
                             {.name = "val", .n = spec->val, .first_id = 1 + SHAPES_MAX + 1}};
    int rc = make_image_dirs(out->path, split, err, errlen);
    for (int s = 0; rc == 0 && s < N_SPLITS; s++) {
        split[s].seed = rng_u32(&rng);
        rc = split_alloc(&split[s], err, errlen);
        if (rc == 0)
            rc = draw_split(spec, &split[s], out->path, vocab, report, &done, err, errlen);
    }
    if (rc == 0 && !report_stop(report)) {
        scene_standardise(split[TRAIN].features, split[TRAIN].n, split[VAL].features, split[VAL].n);
        rc = write_files(spec, out, split, vocab, err, errlen);
    }
    for (int s = 0; s < N_SPLITS; s++)
        split_free(&split[s]);
    return rc;
}

int shapes_make(const ShapesSpec *spec, const Report *report, char *err, size_t errlen)
{
    OutDir out = {NULL, NULL};
    Vocab vocab = {NULL, 0};
    if (check_target(spec, err, errlen) || outdir_begin(&out, spec->dir, err, errlen))
        return -1;
    int rc = make_vocab(&vocab, err, errlen);
    if (rc == 0)
        rc = fill(spec, &out, &vocab, report, err, errlen);
    if (rc == 0 && !report_stop(report))
        rc = outdir_commit(&out, spec->replace, err, errlen);
    vocab_free(&vocab);
    outdir_abort(&out);
    return rc;
}
