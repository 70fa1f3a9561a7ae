#include "pipeline/prepare/origin.h"

#include "io/base/size.h"

#include <stdlib.h>

enum { CHANNELS = 3 };

static const char *const texts[] = {"format", "cnn", "cnn_sha256", "layer", "grid_layer", "fit", "order"};
static const char *const ints[] = {"version", "grid_rows", "grid_columns", "input_width", "input_height"};
static const char *const triples[] = {"mean", "scale"};

static int copy_text(H5 *from, H5 *to, const char *name, Err *err)
{
    char *value;
    int rc = h5_attr_text(from, "/", name, &value, err);
    if (rc > 0)
        rc = h5_put_text(to, "/", name, value, err);
    free(value);
    return rc;
}

static int copy_int(H5 *from, H5 *to, const char *name, Err *err)
{
    int64_t value;
    int rc = h5_attr_int(from, "/", name, &value, err);
    return rc > 0 ? h5_put_int(to, "/", name, value, err) : rc;
}

static int copy_triple(H5 *from, H5 *to, const char *name, Err *err)
{
    double value[CHANNELS];
    int rc = h5_attr_reals(from, "/", name, CHANNELS, value, err);
    return rc > 0 ? h5_put_reals(to, "/", name, CHANNELS, value, err) : rc;
}

int origin_write_pca(H5 *to, const Pca *pca, Err *err)
{
    const int64_t C = pca->C, dim[2] = {C, pca->D};
    if (h5_make_group(to, "/pca", err) || h5_write_floats(to, "/pca/mean", 1, &C, pca->mean, err))
        return -1;
    return h5_write_floats(to, "/pca/components", 2, dim, pca->components, err);
}

static int copy_pca(H5 *from, H5 *to, Err *err)
{
    static const char components[] = "/pca/components";
    H5Info info;
    Pca pca = {.C = 0};
    int rc = h5_info(from, components, &info, err);
    if (rc == 0 && (info.rank != 2 || info.dim[0] < 1 || info.dim[0] > DIMENSION_MAX || info.dim[1] < 1 ||
                    info.dim[1] > info.dim[0]))
        rc = err_set(err, "%s: %s: not of a shape (C, D)", h5_path(from), components);
    if (rc == 0)
        rc = h5_expect_floats(from, components, 2, info.dim, err);
    if (rc == 0) {
        pca = (Pca){.C = (int)info.dim[0], .D = (int)info.dim[1]};
        pca.mean = malloc((size_t)info.dim[0] * sizeof *pca.mean);
        pca.components = malloc((size_t)info.dim[0] * (size_t)info.dim[1] * sizeof *pca.components);
        rc = pca.mean && pca.components ? 0 : err_set(err, "%s: no memory for its PCA", h5_path(from));
    }
    if (rc == 0)
        rc = h5_read_floats(from, "/pca/mean", 1, info.dim, pca.mean, err);
    if (rc == 0)
        rc = h5_read_floats(from, components, 2, info.dim, pca.components, err);
    if (rc == 0)
        rc = origin_write_pca(to, &pca, err);
    pca_free(&pca);
    return rc;
}

int origin_copy(H5 *from, H5 *to, Err *err)
{
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (copy_text(from, to, texts[i], err) < 0)
            return -1;
    for (size_t i = 0; i < sizeof ints / sizeof *ints; i++)
        if (copy_int(from, to, ints[i], err) < 0)
            return -1;
    for (size_t i = 0; i < sizeof triples / sizeof *triples; i++)
        if (copy_triple(from, to, triples[i], err) < 0)
            return -1;
    int reduced = h5_has(from, "pca", err);
    return reduced > 0 ? copy_pca(from, to, err) : reduced;
}
