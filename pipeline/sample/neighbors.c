#include "pipeline/sample/neighbors.h"

#include "io/data/dataset.h"
#include "model/gemm.h"
#include "pipeline/sample/caption_vectors.h"
#include "pipeline/sample/kernel_ridge.h"

#include <math.h>
#include <stdlib.h>

/* Above the second cosine two images may be one: products of float32 are too coarse to tell. */
static const double ITSELF = 1 - 1e-6, ALMOST = 1 - 1e-4;
static const float SAME = 2;

/* LANDMARKS² doubles are 32 MB; fewer if they and the images have more than PAIRS together (512 MB). */
enum { LANDMARKS = 2048, FEWEST = 256, PAIRS = 1 << 27 };

struct Neighbors {
    CaptionVectors vectors;
    KernelRidge *ridge;
    double *mean; /* (D), of all of train */
    float *unit;  /* (images with captions, D) */
    int D;
};

/* --- features of length 1 --- */

/* A row that is the mean itself becomes 0. */
static void take_unit(const Neighbors *nb, const float *row, float *unit)
{
    double length = 0;
    for (int j = 0; j < nb->D; j++)
        length += ((double)row[j] - nb->mean[j]) * ((double)row[j] - nb->mean[j]);
    length = length > 0 ? sqrt(length) : 1;
    for (int j = 0; j < nb->D; j++)
        unit[j] = (float)(((double)row[j] - nb->mean[j]) / length);
}

static int take_units(Neighbors *nb, Dataset *d, Err *err)
{
    int64_t n = d->features.rows;
    for (int64_t i = 0; i < n; i++) {
        const float *row = dataset_features(d, i, err);
        for (int j = 0; row && j < nb->D; j++)
            nb->mean[j] += (double)row[j] / (double)n;
        if (!row)
            return -1;
    }
    for (int i = 0; i < nb->vectors.n; i++)
        take_unit(nb, d->features.floats + nb->vectors.row[i] * nb->D, nb->unit + (size_t)i * (size_t)nb->D);
    return 0;
}

static int begin(Neighbors *nb, Dataset *d, const char *dir, bool raw, const Model *model, const char *path,
                 Err *err)
{
    if (dataset_open(d, dir, "train", raw ? DATASET_RAW : 0, err) ||
        model_fits(model, path, d->features.columns, d->features_path, &d->vocab, dir, err) ||
        model_fits_origin(model, path, d->features_path, err))
        return -1;
    if (dataset_index(d, err))
        return err_set(err, "out of memory");
    if (caption_vectors_make(&nb->vectors, d, err))
        return -1;
    nb->D = (int)d->features.columns;
    nb->mean = calloc((size_t)nb->D, sizeof *nb->mean);
    nb->unit = malloc(((size_t)nb->vectors.n * (size_t)nb->D + 1) * sizeof *nb->unit);
    if (!nb->mean || !nb->unit)
        return err_set(err, "out of memory");
    if (!nb->vectors.n)
        return err_set(err, "%s: no image of train has captions", dir);
    if (take_units(nb, d, err))
        return -1;
    int most = PAIRS / nb->vectors.n;
    most = most < FEWEST ? FEWEST : most > LANDMARKS ? LANDMARKS : most;
    nb->ridge = kernel_ridge_new(nb->unit, nb->vectors.n, nb->D, most, err);
    return nb->ridge ? 0 : -1;
}

Neighbors *neighbors_open(const char *dir, bool raw, const Model *model, const char *path, Err *err)
{
    Dataset data = {0};
    Neighbors *nb = calloc(1, sizeof *nb);
    int rc = nb ? begin(nb, &data, dir, raw, model, path, err) : err_set(err, "out of memory");
    dataset_close(&data);
    if (rc == 0)
        return nb;
    neighbors_close(nb);
    return NULL;
}

void neighbors_close(Neighbors *nb)
{
    if (!nb)
        return;
    caption_vectors_free(&nb->vectors);
    kernel_ridge_free(nb->ridge);
    free(nb->mean);
    free(nb->unit);
    free(nb);
}

/* --- an image --- */

int neighbors_count(const Neighbors *nb)
{
    return nb->vectors.n;
}

static bool is_itself(const Neighbors *nb, const float *unit, int i)
{
    const float *other = nb->unit + (size_t)i * (size_t)nb->D;
    double sum = 0;
    for (int j = 0; j < nb->D; j++)
        sum += (double)unit[j] * (double)other[j];
    return sum > ITSELF;
}

int neighbors_compare(const Neighbors *nb, const float *features, int n, float *cosine, Err *err)
{
    size_t D = (size_t)nb->D, images = (size_t)nb->vectors.n;
    float *unit = calloc((size_t)n * D, sizeof *unit);
    if (!unit)
        return err_set(err, "no memory to compare %d images with %zu", n, images);
    for (int i = 0; i < n; i++)
        take_unit(nb, features + (size_t)i * D, unit + (size_t)i * D);
    gemm_parallel(PRECISION_FLOAT32, PLAIN, TRANSPOSED, n, nb->vectors.n, nb->D, unit, D, nb->unit, D, 0, cosine,
                  images);
    for (int i = 0; i < n; i++)
        for (size_t k = 0; k < images; k++) {
            float *c = &cosine[(size_t)i * images + k];
            if ((double)*c > ALMOST && is_itself(nb, unit + (size_t)i * D, (int)k))
                *c = SAME;
        }
    free(unit);
    return 0;
}

int neighbors_consensus(const Neighbors *nb, const float *cosine, const SearchResult *captions, int m,
                        double *score, Err *err)
{
    int images = nb->vectors.n;
    double *weight = malloc((size_t)images * sizeof *weight);
    double *expected = malloc(((size_t)nb->vectors.table.known + 1) * sizeof *expected);
    int rc =
        weight && expected ? kernel_ridge_weights(nb->ridge, cosine, weight, err) : err_set(err, "out of memory");
    for (int i = 0; rc == 0 && i < images; i++)
        if (cosine[i] == SAME)
            weight[i] = 0;
    if (rc == 0) {
        caption_vectors_sum(&nb->vectors, weight, expected);
        rc = consensus_with(&(ExpectedCaption){expected, &nb->vectors.table}, captions, m, score, err);
    }
    free(weight);
    free(expected);
    return rc;
}
