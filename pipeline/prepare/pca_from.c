#include "pipeline/prepare/pca_from.h"

#include "io/data/dataset_files.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* The file that holds them. The caller frees; NULL: out of memory. */
static char *file_of(const char *from)
{
    struct stat st;
    bool dataset = stat(from, &st) == 0 && S_ISDIR(st.st_mode);
    return dataset ? dataset_file_path(from, DATASET_FILE_FEATURES, "train") : strdup(from);
}

/* A model has what is known of the network apart, in a group. */
static int read_origin(Origin *origin, H5 *h5, Err *err)
{
    int model = h5_has(h5, "cnn", err);
    return model < 0 ? -1 : origin_read(origin, h5, model ? "/cnn" : "/", err);
}

int pca_from_read(Origin *origin, const char *from, Err *err)
{
    *origin = (Origin){.cnn = NULL};
    char *path = file_of(from);
    H5 *h5 = path ? h5_open(path, err) : NULL;
    int rc = h5 ? read_origin(origin, h5, err) : path ? -1 : err_set(err, "out of memory");
    h5_close(h5, NULL);
    free(path);
    if (rc == 0 && !origin->pca.C && !origin->grid_pca.C)
        rc = err_set(err, "--pca-from %s: has no PCA", from);
    return rc;
}

static int vector_fits(const Pca *pca, const char *from, const FeatureSet *features, Err *err)
{
    if (!pca->C)
        return 0;
    if (features->file[0].reduced)
        return err_set(err, "--pca-from %s: %s is reduced by a PCA already", from, features->file[0].path);
    if (features->D != pca->C)
        return err_set(err, "--pca-from %s: is for features of %d numbers; %s has %lld", from, pca->C,
                       features->file[0].path, (long long)features->D);
    return 0;
}

static int grid_fits(const Pca *pca, const char *from, const Prepared *p, Err *err)
{
    const FeatureFile *f = &p->features->file[0];
    if (!pca->C)
        return 0;
    if (!p->grid)
        return err_set(err, "--pca-from %s: also reduces a grid, but %s has none; coco-features --grid makes one",
                       from, f->path);
    if (f->grid_reduced)
        return err_set(err, "--pca-from %s: the grid of %s is reduced by a PCA already", from, f->path);
    if (f->grid.channels != pca->C)
        return err_set(err, "--pca-from %s: is for places of %d numbers; those of %s have %d", from, pca->C,
                       f->path, f->grid.channels);
    return 0;
}

int pca_from_fits(const Origin *origin, const char *from, const Prepared *p, Err *err)
{
    const FeatureFile *f = &p->features->file[0];
    if (!f->copy) { /* NumPy's files say nothing of their network */
        Origin own;
        int rc = origin_read_file(&own, f->path, err);
        if (rc == 0)
            rc = origin_same_cnn(origin, from, &own, f->path, err);
        origin_free(&own);
        if (rc)
            return -1;
    }
    return vector_fits(&origin->pca, from, p->features, err) || grid_fits(&origin->grid_pca, from, p, err) ? -1 : 0;
}
