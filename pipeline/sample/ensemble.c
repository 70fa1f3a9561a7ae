#include "pipeline/sample/ensemble.h"

#include "pipeline/model_file/model_file.h"

#include <string.h>

/* Whether a model takes the features of a source; else the line says why not. */
static int takes(const Ensemble *e, int model, int source, Err *err)
{
    int first = ensemble_first(e, source), attends = ensemble_attends(e, source);
    const Model *m = &e->model[model], *other = &e->model[first];
    const char *path = e->path[model], *other_path = e->path[first];
    if (m->params.shape.D != other->params.shape.D)
        return err_set(err,
                       "%s takes features of %d numbers, %s of %d: give no -d and no --features, so that each has "
                       "its own",
                       path, m->params.shape.D, other_path, other->params.shape.D);
    if (origin_same_cnn(&other->origin, other_path, &m->origin, path, err))
        return -1;
    if (!pca_same(&m->origin.pca, &other->origin.pca))
        return err_set(err,
                       "%s and %s reduce features by different PCAs: give no -d and no --features, so that each "
                       "has its own",
                       path, other_path);
    if (!m->params.shape.attention || attends < 0)
        return 0;
    other = &e->model[attends];
    if (m->params.shape.C != other->params.shape.C || !pca_same(&m->origin.grid_pca, &other->origin.grid_pca))
        return err_set(err, "%s takes another grid than %s: give no -d and no --features, so that each has its own",
                       path, e->path[attends]);
    return 0;
}

int ensemble_first(const Ensemble *e, int source)
{
    int i = 0;
    while (e->source[i] != source)
        i++;
    return i;
}

int ensemble_attends(const Ensemble *e, int source)
{
    for (int i = 0; i < e->n; i++)
        if (e->source[i] == source && e->model[i].params.shape.attention)
            return i;
    return -1;
}

int ensemble_looks(const Ensemble *e)
{
    for (int i = 0; i < e->n; i++)
        if (e->model[i].params.shape.attention)
            return i;
    return -1;
}

static int find_source(Ensemble *e, int model, bool one_source, Err *err)
{
    for (int s = 0; s < e->sources; s++) {
        if (takes(e, model, s, err) == 0) {
            e->source[model] = s;
            return 0;
        }
        if (one_source)
            return -1;
    }
    e->source[model] = e->sources++;
    return 0;
}

int ensemble_load(Ensemble *e, const char *const *paths, int n, bool one_source, Err *err)
{
    memset(e, 0, sizeof *e);
    if (n > SEARCH_MODELS)
        return err_set(err, "%d models: an ensemble has %d at most", n, SEARCH_MODELS);
    for (int i = 0; i < n; i++) {
        Model *m = &e->model[i];
        e->path[i] = paths[i];
        if (model_load(m, paths[i], err))
            return -1;
        if (vocab_compare(&m->vocab, paths[i], &e->model[0].vocab, paths[0], err) ||
            find_source(e, i, one_source, err)) {
            model_free(m);
            return -1;
        }
        e->n++;
    }
    return 0;
}

void ensemble_free(Ensemble *e)
{
    for (int i = 0; i < e->n; i++)
        model_free(&e->model[i]);
    e->n = 0;
}
