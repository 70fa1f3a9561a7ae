#include "pipeline/sample/neighbors.h"

#include "io/data/dataset.h"
#include "model/gemm.h"
#include "pipeline/sample/caption_vectors.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Above the second cosine two images may be one: products of float32 are too coarse to tell. */
static const double ITSELF = 1 - 1e-6, ALMOST = 1 - 1e-4;
static const float SAME = 2;

/* LANDMARKS² doubles are 128 MB; fewer if they and the images have more than PAIRS together (512 MB). */
enum { LANDMARKS = 4096, FEWEST = 256, PAIRS = 1 << 27 };

/* The features of a source. */
typedef struct {
    int source;
    double *mean; /* (D), of all of train */
    int D, at;    /* at: where they begin in an image's */
} Part;

struct Neighbors {
    CaptionVectors vectors;
    KernelRidge *ridge;
    Part part[SEARCH_MODELS];
    int parts;
    float *unit; /* (images with captions, D), of all parts */
    int D;
};

/* --- features of length 1 --- */

/* Of one of n parts, which have the same share in the whole. A row that is the mean itself becomes 0. */
static void take_unit(const Part *p, int n, const float *row, float *unit)
{
    double length = 0;
    for (int j = 0; j < p->D; j++)
        length += ((double)row[j] - p->mean[j]) * ((double)row[j] - p->mean[j]);
    length = length > 0 ? sqrt(length * n) : 1;
    for (int j = 0; j < p->D; j++)
        unit[p->at + j] = (float)(((double)row[j] - p->mean[j]) / length);
}

static int take_mean(Part *p, Dataset *d, Err *err)
{
    int64_t n = d->features.rows;
    p->D = (int)d->features.columns;
    p->mean = calloc((size_t)p->D, sizeof *p->mean);
    if (!p->mean)
        return err_set(err, "out of memory");
    for (int64_t i = 0; i < n; i++) {
        const float *row = dataset_features(d, i, err);
        for (int j = 0; row && j < p->D; j++)
            p->mean[j] += (double)row[j] / (double)n;
        if (!row)
            return -1;
    }
    return 0;
}

static int take_units(Neighbors *nb, const Dataset *data, Err *err)
{
    nb->unit = malloc((size_t)nb->vectors.n * (size_t)nb->D * sizeof *nb->unit);
    if (!nb->unit)
        return err_set(err, "out of memory");
    for (int k = 0; k < nb->parts; k++) {
        const Part *p = &nb->part[k];
        for (int i = 0; i < nb->vectors.n; i++)
            take_unit(p, nb->parts, data[p->source].features.floats + nb->vectors.row[i] * p->D,
                      nb->unit + (size_t)i * (size_t)nb->D);
    }
    return 0;
}

/* --- train --- */

static int open_train(Dataset *d, const NeighborSource *s, Err *err)
{
    return dataset_open(d, s->dir, "train", s->raw ? DATASET_RAW : 0, err) ||
                   model_fits(s->model, s->path, d->features.columns, d->features_path, &d->vocab, s->dir, err) ||
                   model_fits_origin(s->model, s->path, d->features_path, err)
               ? -1
               : 0;
}

/* The captions of all images, by row. */
static bool same_captions(const Dataset *a, const Dataset *b)
{
    return a->features.rows == b->features.rows && a->n == b->n && a->width == b->width &&
           !memcmp(a->caption_at, b->caption_at, ((size_t)a->features.rows + 1) * sizeof *a->caption_at) &&
           !memcmp(a->caption_of, b->caption_of, (size_t)a->n * sizeof *a->caption_of) &&
           !memcmp(a->captions.ints, b->captions.ints, (size_t)(a->n * a->width) * sizeof *a->captions.ints);
}

static int add_part(Neighbors *nb, Dataset *data, const NeighborSource *source, int i, const Report *report,
                    Err *err)
{
    if (!source[i].dir)
        return 0;
    if (open_train(&data[i], &source[i], err))
        return -1;
    if (dataset_index(&data[i], err))
        return err_set(err, "out of memory");
    if (i && !same_captions(&data[0], &data[i])) {
        report_warn(
            report,
            "%s: its train has other captions than that of %s: images are compared without the features of %s",
            source[i].dir, source[0].dir, source[i].path);
        return 0;
    }
    Part *p = &nb->part[nb->parts++];
    *p = (Part){.source = i, .at = nb->D};
    if (take_mean(p, &data[i], err))
        return -1;
    nb->D += p->D;
    return 0;
}

static int begin(Neighbors *nb, Dataset *data, const NeighborSource *source, int n, const Report *report, Err *err)
{
    for (int i = 0; i < n; i++)
        if (add_part(nb, data, source, i, report, err))
            return -1;
    if (caption_vectors_make(&nb->vectors, &data[0], err))
        return -1;
    if (!nb->vectors.n)
        return err_set(err, "%s: no image of train has captions", source[0].dir);
    if (take_units(nb, data, err))
        return -1;
    int most = PAIRS / nb->vectors.n;
    most = most < FEWEST ? FEWEST : most > LANDMARKS ? LANDMARKS : most;
    nb->ridge = kernel_ridge_new(nb->unit, nb->vectors.n, nb->D, most, err);
    return nb->ridge ? 0 : -1;
}

Neighbors *neighbors_open(const NeighborSource *source, int n, const Report *report, Err *err)
{
    Dataset data[SEARCH_MODELS] = {0};
    Neighbors *nb = calloc(1, sizeof *nb);
    int rc = nb ? begin(nb, data, source, n, report, err) : err_set(err, "out of memory");
    for (int i = 0; i < n; i++)
        dataset_close(&data[i]);
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
    for (int i = 0; i < nb->parts; i++)
        free(nb->part[i].mean);
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

int neighbors_compare(const Neighbors *nb, const float *const *features, int n, float *cosine, Err *err)
{
    size_t D = (size_t)nb->D, images = (size_t)nb->vectors.n;
    float *unit = calloc((size_t)n * D, sizeof *unit);
    if (!unit)
        return err_set(err, "no memory to compare %d images with %zu", n, images);
    for (int k = 0; k < nb->parts; k++)
        for (int i = 0; i < n; i++) {
            const Part *p = &nb->part[k];
            take_unit(p, nb->parts, features[p->source] + (size_t)i * (size_t)p->D, unit + (size_t)i * D);
        }
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

/* The weights that a regression without the image itself would give: where its own share is h, the answer with it is
 * h·(its own captions) + (1 - h)·(the answer without it). */
static void leave_out(const float *cosine, int n, double *weight)
{
    double own = 0;
    for (int i = 0; i < n; i++)
        if (cosine[i] == SAME) {
            own += weight[i];
            weight[i] = 0;
        }
    for (int i = 0; i < n && own < 1; i++)
        weight[i] /= 1 - own;
}

int neighbors_weights(const Neighbors *nb, int n, const float *cosine, double *weight, Err *err)
{
    if (kernel_ridge_weights(nb->ridge, n, cosine, weight, err))
        return -1;
    for (int i = 0; i < n; i++) {
        size_t at = (size_t)i * (size_t)nb->vectors.n;
        leave_out(cosine + at, nb->vectors.n, weight + at);
    }
    return 0;
}

int neighbors_consensus(const Neighbors *nb, const double *weight, const SearchResult *captions, int m,
                        double *score, Err *err)
{
    double *expected = malloc(((size_t)nb->vectors.table.known + 1) * sizeof *expected);
    if (!expected)
        return err_set(err, "out of memory");
    caption_vectors_sum(&nb->vectors, weight, expected);
    int rc = consensus_with(&(ExpectedCaption){expected, &nb->vectors.table}, captions, m, score, err);
    free(expected);
    return rc;
}
