#include "pipeline/embed/coco.h"

#include "io/base/err.h"
#include "model/decode/search.h"
#include "pipeline/common/instruction_set.h"
#include "pipeline/common/terminal.h"
#include "pipeline/model_file/model_file.h"
#include "pipeline/model_file/reduction.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH = 32, BEAM_MAX = 1024, LENGTH_MAX = 10000, LENGTH_NORM_MAX = 10 };

struct CocoCaptioner {
    Model model;
    char *path; /* of the model, for messages */
    SearchOptions options;
    Search *search;  /* for grids of options.places; NULL before the first caption */
    float *features; /* (BATCH, D) */
    float *grid;     /* (BATCH, places, C); NULL without attention */
    int32_t *words;  /* (BATCH, max_length) */
    SearchResult results[BATCH];
};

/* What files say is made safe for a terminal, as in the commands' messages: the program may print it. */
static int tell(char *error, const Err *err)
{
    if (error)
        terminal_text(err->text, error, COCO_ERROR);
    return -1;
}

const char *coco_version(void)
{
    return COCO_VERSION;
}

/* --- opening --- */

static int take_options(CocoCaptioner *c, const CocoOptions *o, Err *err)
{
    static const CocoOptions none = {.beam = 0};
    if (!o)
        o = &none;
    if (o->beam < 0 || o->beam > BEAM_MAX)
        return err_set(err, "beam %d: expected 0 to %d", o->beam, BEAM_MAX);
    if (o->max_length < 0 || o->max_length > LENGTH_MAX)
        return err_set(err, "max_length %d: expected 0 to %d", o->max_length, LENGTH_MAX);
    if (!(o->length_norm >= 0 && o->length_norm <= LENGTH_NORM_MAX))
        return err_set(err, "length_norm %g: expected 0 to %d", o->length_norm, LENGTH_NORM_MAX);
    c->options = (SearchOptions){.sampler = &sampler_best,
                                 .beam = o->beam ? o->beam : 1,
                                 .max_length = o->max_length ? o->max_length : model_steps(&c->model),
                                 .length_norm = o->length_norm,
                                 .rules.no_unk = o->no_unk};
    return 0;
}

static int open_model(CocoCaptioner *c, const char *path, const CocoOptions *options, Err *err)
{
    if (instruction_set_check(err) || model_load(&c->model, path, err) || take_options(c, options, err))
        return -1;
    size_t steps = (size_t)c->options.max_length;
    c->path = strdup(path);
    c->features = malloc(BATCH * (size_t)c->model.params.shape.D * sizeof *c->features);
    c->words = malloc(BATCH * steps * sizeof *c->words);
    if (!c->path || !c->features || !c->words)
        return err_set(err, "%s: out of memory", path);
    for (int i = 0; i < BATCH; i++)
        c->results[i].words = c->words + (size_t)i * steps;
    return 0;
}

CocoCaptioner *coco_open(const char *path, const CocoOptions *options, char *error)
{
    Err err;
    CocoCaptioner *c = calloc(1, sizeof *c);
    if (c && open_model(c, path, options, &err) == 0)
        return c;
    if (!c)
        err_set(&err, "%s: out of memory", path);
    coco_close(c);
    tell(error, &err);
    return NULL;
}

void coco_close(CocoCaptioner *c)
{
    if (!c)
        return;
    search_free(c->search);
    model_free(&c->model);
    free(c->path);
    free(c->features);
    free(c->grid);
    free(c->words);
    free(c);
}

int coco_features(const CocoCaptioner *c)
{
    return c->model.params.shape.D;
}

int coco_channels(const CocoCaptioner *c)
{
    return c->model.params.shape.C;
}

/* --- what is captioned --- */

typedef struct {
    const float *row; /* (n, length) */
    int length;
} Given;

static const float *given_row(void *ctx, int64_t i, Err *err)
{
    const Given *given = ctx;
    (void)err;
    return given->row + i * given->length;
}

/* n rows of `length` numbers, as the model takes them (`wanted`) or before its reduction, into out (n, wanted).
 * Messages say what they are and which image's. */
static int take_rows(const CocoCaptioner *c, const char *what, int image, const float *row, int n, int length,
                     int wanted, const Pca *pca, float *out, Err *err)
{
    Given given = {row, length};
    bool whole = pca->C && length == pca->C;
    if (length != wanted && !whole)
        return err_set(err, "image %d: %d %s; %s takes %d", image, length, what, c->path, wanted);
    for (int64_t i = 0; i < (int64_t)n * length; i++)
        if (!isfinite(row[i]))
            return err_set(err, "image %d: %s: number %lld is not finite", image, what, (long long)i);
    if (length != wanted)
        return pca_apply(pca, given_row, &given, n, out, err);
    memcpy(out, row, (size_t)n * (size_t)length * sizeof *out);
    return 0;
}

static int take_image(CocoCaptioner *c, const CocoImage *image, int number, int at, Err *err)
{
    const ModelShape *shape = &c->model.params.shape;
    const Origin *origin = &c->model.origin;
    int places = c->options.places;
    if (take_rows(c, "features", number, image->features, 1, image->n_features, shape->D, &origin->pca,
                  c->features + (size_t)at * (size_t)shape->D, err))
        return -1;
    if (!shape->attention)
        return 0;
    if (!image->grid || image->places != places)
        return err_set(err, "image %d: a grid of %d places among grids of %d", number,
                       image->grid ? image->places : 0, places);
    return take_rows(c, "channels of the grid", number, image->grid, places, image->channels, shape->C,
                     &origin->grid_pca, c->grid + (size_t)at * (size_t)places * (size_t)shape->C, err);
}

/* The search for grids of so many places; 0 without attention. */
static int prepare(CocoCaptioner *c, const CocoImage *first, Err *err)
{
    const ModelShape *shape = &c->model.params.shape;
    int places = shape->attention ? first->places : 0;
    if (shape->attention && (!first->grid || places < 1))
        return err_set(err, "%s has attention: it takes a grid besides the features", c->path);
    if (c->search && places == c->options.places)
        return 0;
    search_free(c->search);
    free(c->grid);
    c->grid = NULL;
    c->options.places = places;
    c->search = search_new(&c->model.params, &c->options, BATCH);
    if (places)
        c->grid = malloc(BATCH * (size_t)places * (size_t)shape->C * sizeof *c->grid);
    if (c->search && (c->grid || !places))
        return 0;
    search_free(c->search);
    c->search = NULL;
    return err_set(err, "%s: no memory to caption %d images at a time", c->path, BATCH);
}

/* --- captions --- */

/* At most BATCH images, of which the first has this number among all. */
static int caption_batch(CocoCaptioner *c, const CocoImage *images, int n, int first, CocoCaption *captions,
                         Err *err)
{
    static const int64_t numbers[BATCH] = {0}; /* nothing is drawn at random */
    for (int i = 0; i < n; i++)
        if (take_image(c, &images[i], first + i, i, err))
            return -1;
    const SearchInput input = {.features = c->features, .grid = c->grid, .image = numbers, .n = n};
    search_run(c->search, &input, c->results);
    for (int i = 0; i < n; i++) {
        captions[i].text = vocab_text(&c->model.vocab, c->results[i].words, c->results[i].n);
        captions[i].logprob = c->results[i].logprob;
        if (!captions[i].text)
            return err_set(err, "out of memory");
    }
    return 0;
}

int coco_caption(CocoCaptioner *c, const CocoImage *images, int n, CocoCaption *captions, char *error)
{
    Err err;
    if (n <= 0)
        return 0;
    memset(captions, 0, (size_t)n * sizeof *captions);
    int rc = prepare(c, images, &err);
    for (int at = 0; at < n && rc == 0; at += BATCH)
        rc = caption_batch(c, images + at, n - at < BATCH ? n - at : BATCH, at, captions + at, &err);
    if (rc == 0)
        return 0;
    for (int i = 0; i < n; i++) {
        free(captions[i].text);
        captions[i].text = NULL;
    }
    return tell(error, &err);
}
