#include "pipeline/sample/source.h"

#include "pipeline/common/dataset_check.h"
#include "pipeline/model_file/dataset_place.h"
#include "pipeline/model_file/model_file.h"
#include "pipeline/sample/bare_features.h"

#include <stdlib.h>
#include <string.h>

char *source_dataset(const char *path, bool first, const SampleOptions *o, const Report *report, Err *err)
{
    const char *dir = o->data;
    TrainState t;
    bool own = o->own_data && model_peek(&t, path, NULL) == 1;
    if (own) {
        const char *const names[] = {t.settings.data, t.data_absolute, o->data};
        int at = dataset_place(names, first ? 3 : 2, path, err);
        dir = at < 0 ? NULL : names[at];
        if (dir)
            report_note(report, "the dataset is %s", dir);
    } else if (!first) {
        err_set(err, "%s takes other features than the first model and does not say in which dataset they are",
                path);
        return NULL;
    }
    char *copy = dir ? strdup(dir) : NULL;
    if (dir && !copy)
        err_set(err, "out of memory");
    if (own)
        train_state_free(&t);
    return copy;
}

bool source_raw(const char *path, const SampleOptions *o)
{
    TrainState t;
    if (o->raw_features || model_peek(&t, path, NULL) != 1)
        return o->raw_features;
    bool raw = t.settings.raw_features;
    train_state_free(&t);
    return raw;
}

static int open_dataset(Source *s, bool first, const SampleOptions *o, const Report *report, Err *err)
{
    int flags = (o->score ? 0 : DATASET_CAPTIONS_OPTIONAL) | DATASET_LISTS | (s->attends ? DATASET_GRID : 0) |
                (source_raw(s->path, o) ? DATASET_RAW : 0);
    char *dir = source_dataset(s->path, first, o, report, err);
    int rc = dir ? dataset_open(&s->data, dir, o->split, flags, err) : -1;
    s->features = s->data.features_path;
    free(dir);
    return rc;
}

/* As a vector, a grid that is not reduced goes through the model's PCA. */
static int take_grid(Source *s, bool bare, Err *err)
{
    static const Pca none;
    const Pca *pca = &s->attends->origin.grid_pca;
    const Grid *g = &s->data.grid;
    s->grid_pca = bare && !s->grid_reduced && pca->C == g->channels ? pca : &none;
    s->grid = malloc(g->rows.numbers * sizeof *s->grid);
    if (!s->grid)
        return err_set(err, "out of memory");
    return s->grid_pca->C ? 0 : model_fits_grid(s->attends, s->path, g, err);
}

int source_open(Source *s, const Ensemble *e, int number, const SampleOptions *o, const Report *report, Err *err)
{
    int first = ensemble_first(e, number), attends = ensemble_attends(e, number);
    s->model = &e->model[first];
    s->path = e->path[first];
    s->attends = attends < 0 ? NULL : &e->model[attends];
    if (o->features) {
        s->features = o->features;
        if (bare_features_open(&s->data, &s->reduce, &s->grid_reduced, o->features, o->files, s->model, s->path,
                               err) ||
            (s->attends && grid_open(&s->data.grid, o->features, err)))
            return -1;
    } else if (open_dataset(s, number == 0, o, report, err)) {
        return -1;
    }
    if (dataset_index(&s->data, err) || (s->attends && take_grid(s, o->features != NULL, err)))
        return -1;
    if (s->reduce)
        return 0;
    if (model_fits(s->model, s->path, s->data.features.columns, s->features, o->features ? NULL : &s->data.vocab,
                   s->data.dir, err))
        return -1;
    return o->features ? 0 : model_fits_origin(s->model, s->path, s->features, err);
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

int source_same_images(const Source *a, const Source *b, Err *err)
{
    const Dataset *x = &a->data, *y = &b->data;
    if (x->features.rows != y->features.rows)
        return err_set(err, "%s has %lld rows, %s %lld: an ensemble captions the same images", a->features,
                       (long long)x->features.rows, b->features, (long long)y->features.rows);
    for (size_t i = 0; i < x->files.n && i < y->files.n; i++) {
        const char *here = base_name(x->files.line[i]), *there = base_name(y->files.line[i]);
        if (strcmp(here, there))
            return err_set(err, "row %zu is %.80s in %s, but %.80s in %s: an ensemble captions the same images", i,
                           here, x->dir, there, y->dir);
    }
    return 0;
}

int source_put(Source *s, int number, int64_t at, Decoder *d, int n, const Report *report, Err *err)
{
    const float *row = features_row(&s->data.features, s->features, at, err);
    if (!row || (features_zero(&s->data.features, at) &&
                 check_zero_rows(&s->data.features, s->features, &s->warned_of_zeros, report, err)))
        return -1;
    decoder_put_features(d, number, n, row);
    if (!s->attends)
        return 0;
    return grid_row(&s->data.grid, at, s->grid, err) || decoder_put_grid(d, number, n, s->grid, s->grid_pca, err)
               ? -1
               : 0;
}

void source_close(Source *s)
{
    dataset_close(&s->data);
    free(s->grid);
    s->grid = NULL;
}
