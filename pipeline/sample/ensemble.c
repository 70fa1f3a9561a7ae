#include "pipeline/sample/ensemble.h"

#include "pipeline/common/model_file.h"

#include <string.h>

static bool same_reduction(const Pca *a, const Pca *b)
{
    size_t C = (size_t)a->C, D = (size_t)a->D;
    return a->C == b->C && (!C || (a->D == b->D && !memcmp(a->mean, b->mean, C * sizeof *a->mean) &&
                                   !memcmp(a->components, b->components, C * D * sizeof *a->components)));
}

static int goes_with(const Model *m, const char *path, const Model *first, const char *first_path, Err *err)
{
    if (m->params.shape.D != first->params.shape.D)
        return err_set(err, "%s takes features of %d numbers, %s of %d: an ensemble takes the same ones", path,
                       m->params.shape.D, first_path, first->params.shape.D);
    if (origin_agree(&first->origin, first_path, &m->origin, path, err))
        return -1;
    if (!same_reduction(&m->origin.pca, &first->origin.pca))
        return err_set(err, "%s and %s reduce features by different PCAs: an ensemble takes the same ones", path,
                       first_path);
    return vocab_compare(&m->vocab, path, &first->vocab, first_path, err);
}

const Model *ensemble_attends(const Ensemble *e)
{
    for (int i = 0; i < e->n; i++)
        if (e->model[i].params.shape.attention)
            return &e->model[i];
    return NULL;
}

static int goes_with_grid(const Model *m, const char *path, const Model *other, Err *err)
{
    if (!other || !m->params.shape.attention)
        return 0;
    if (m->params.shape.C != other->params.shape.C || !same_reduction(&m->origin.grid_pca, &other->origin.grid_pca))
        return err_set(err, "%s: takes another grid than a model before it: an ensemble takes the same one", path);
    return 0;
}

int ensemble_load(Ensemble *e, const char *const *paths, int n, Err *err)
{
    memset(e, 0, sizeof *e);
    if (n > SEARCH_MODELS)
        return err_set(err, "%d models: an ensemble has %d at most", n, SEARCH_MODELS);
    for (; e->n < n; e->n++) {
        Model *m = &e->model[e->n];
        if (model_load(m, paths[e->n], err))
            return -1;
        if (e->n > 0 && (goes_with(m, paths[e->n], &e->model[0], paths[0], err) ||
                         goes_with_grid(m, paths[e->n], ensemble_attends(e), err))) {
            model_free(m);
            return -1;
        }
    }
    return 0;
}

void ensemble_free(Ensemble *e)
{
    for (int i = 0; i < e->n; i++)
        model_free(&e->model[i]);
    e->n = 0;
}
