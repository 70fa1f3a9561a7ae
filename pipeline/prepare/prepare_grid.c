#include "pipeline/prepare/prepare_grid.h"

#include "io/hdf5/h5.h"

#include <stdlib.h>

/* Places of a split's images, one row each: i is image i / P, place i mod P. */
typedef struct {
    const Prepared *p;
    const PreparedSplit *split;
    int places, channels;
    int64_t image; /* whose grid is in memory; -1: none */
    float *grid;   /* (P,C) */
} Places;

static int places_begin(Places *c, const Prepared *p, const PreparedSplit *split, Err *err)
{
    const Grid *g = &p->features->file[0].grid;
    *c = (Places){p, split, g->places, g->channels, -1, malloc(g->rows.numbers * sizeof *c->grid)};
    return c->grid ? 0 : err_set(err, "out of memory");
}

static const float *place(void *ctx, int64_t i, Err *err)
{
    Places *c = ctx;
    int64_t image = i / c->places;
    if (image != c->image) {
        int64_t row = c->p->captions->image[c->split->image[image]].row;
        if (feature_set_grid_row(c->p->features, row, c->grid, err))
            return NULL;
        c->image = image;
    }
    return c->grid + i % c->places * c->channels;
}

static int check_fit(const Prepared *p, int64_t n, Err *err)
{
    const FeatureFile *f = &p->features->file[0];
    if (f->grid_reduced)
        return err_set(err, "--grid-pca %d: the grid of %s is reduced by a PCA already", p->grid_pca, f->path);
    if (f->grid.channels > PCA_WIDEST)
        return err_set(err, "--grid-pca %d: %d numbers per place are too many, %d at most", p->grid_pca,
                       f->grid.channels, PCA_WIDEST);
    if (p->grid_pca > f->grid.channels)
        return err_set(err, "--grid-pca %d: the grid has only %d numbers per place", p->grid_pca, f->grid.channels);
    if (p->grid_pca >= n)
        return err_set(err, "--grid-pca %d: needs more places of train's images than %lld: at least %d",
                       p->grid_pca, (long long)n, p->grid_pca + 1);
    return 0;
}

int grid_fit(const Prepared *p, const PreparedSplit *split, Pca *pca, Err *err)
{
    Places c;
    if (places_begin(&c, p, split, err))
        return -1;
    int64_t n = split->images * c.places;
    int rc = check_fit(p, n, err);
    if (rc == 0)
        rc = pca_fit(pca, place, &c, n, c.channels, p->grid_pca, err);
    free(c.grid);
    return rc;
}

/* The places of one image, for pca_apply. */
static const float *place_of_one(void *ctx, int64_t i, Err *err)
{
    const Places *c = ctx;
    (void)err;
    return c->grid + i * c->channels;
}

static int write_rows(Places *c, const Pca *pca, float *reduced, H5Append *to, Err *err)
{
    for (int64_t i = 0; i < c->split->images; i++) {
        if (!place(c, i * c->places, err))
            return -1;
        if (reduced && pca_apply(pca, place_of_one, c, c->places, reduced, err))
            return -1;
        if (h5_append_row(to, reduced ? reduced : c->grid, err))
            return -1;
    }
    return 0;
}

int grid_write(const Prepared *p, const PreparedSplit *split, const Pca *pca, const char *path, Err *err)
{
    Places c;
    if (places_begin(&c, p, split, err))
        return -1;
    const int64_t dim[3] = {split->images, c.places, pca->C ? pca->D : c.channels};
    float *reduced = pca->C ? malloc((size_t)(dim[1] * dim[2]) * sizeof *reduced) : NULL;
    H5Append *to = NULL;
    int rc = pca->C && !reduced ? err_set(err, "out of memory") : 0;
    if (rc == 0 && !(to = h5_append_begin(path, "grid", 2, 3, dim, err)))
        rc = -1;
    if (rc == 0)
        rc = write_rows(&c, pca, reduced, to, err);
    if (rc)
        h5_append_abort(to);
    else
        rc = h5_append_end(to, err);
    free(reduced);
    free(c.grid);
    return rc;
}
