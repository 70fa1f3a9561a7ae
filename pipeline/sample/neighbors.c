#include "pipeline/sample/neighbors.h"

#include "io/data/dataset.h"
#include "model/gemm.h"

#include <math.h>
#include <stdlib.h>

/* Above the second cosine two images may be one: products of float32 are too coarse to tell. */
static const double ITSELF = 1 - 1e-6, ALMOST = 1 - 1e-4;
enum { AT_A_TIME = 32 }; /* images whose products with all of train are in memory */

struct Neighbors {
    Dataset data;
    CaptionTable table;
    double *mean;   /* (D) */
    double *length; /* (images): |features - mean|; 0: no neighbor of anyone */
};

/* --- train --- */

static int take_mean(Neighbors *nb, Err *err)
{
    int64_t n = nb->data.features.rows, D = nb->data.features.columns;
    for (int64_t i = 0; i < n; i++) {
        const float *row = dataset_features(&nb->data, i, err);
        for (int64_t j = 0; row && j < D; j++)
            nb->mean[j] += (double)row[j] / (double)n;
        if (!row)
            return -1;
    }
    return 0;
}

static double distance(const float *row, const double *mean, int64_t D)
{
    double sum = 0;
    for (int64_t j = 0; j < D; j++)
        sum += ((double)row[j] - mean[j]) * ((double)row[j] - mean[j]);
    return sqrt(sum);
}

static int begin(Neighbors *nb, const char *dir, bool raw, const Model *model, const char *path, Err *err)
{
    Dataset *d = &nb->data;
    if (dataset_open(d, dir, "train", raw ? DATASET_RAW : 0, err) ||
        model_fits(model, path, d->features.columns, d->features_path, &d->vocab, dir, err) ||
        model_fits_origin(model, path, d->features_path, err))
        return -1;
    nb->mean = calloc((size_t)d->features.columns, sizeof *nb->mean);
    nb->length = calloc((size_t)d->features.rows, sizeof *nb->length);
    if (!nb->mean || !nb->length || dataset_index(d, err))
        return err_set(err, "out of memory");
    if (take_mean(nb, err) || caption_table_make(&nb->table, d, 0, err))
        return -1;
    for (int64_t i = 0; i < d->features.rows; i++)
        if (d->caption_at[i + 1] > d->caption_at[i])
            nb->length[i] = distance(d->features.floats + i * d->features.columns, nb->mean, d->features.columns);
    return 0;
}

Neighbors *neighbors_open(const char *dir, bool raw, const Model *model, const char *path, Err *err)
{
    Neighbors *nb = calloc(1, sizeof *nb);
    if (!nb) {
        err_set(err, "out of memory");
        return NULL;
    }
    if (begin(nb, dir, raw, model, path, err) == 0)
        return nb;
    neighbors_close(nb);
    return NULL;
}

void neighbors_close(Neighbors *nb)
{
    if (!nb)
        return;
    dataset_close(&nb->data);
    caption_table_free(&nb->table);
    free(nb->mean);
    free(nb->length);
    free(nb);
}

/* --- the most alike --- */

/* Puts a row among the nearest so far; equal ones stay in the order of rows. */
static void insert(int32_t *near, double *cosine, int32_t row, double c)
{
    int at = NEIGHBORS;
    while (at > 0 && (near[at - 1] < 0 || cosine[at - 1] < c))
        at--;
    if (at == NEIGHBORS)
        return;
    for (int i = NEIGHBORS - 1; i > at; i--) {
        near[i] = near[i - 1];
        cosine[i] = cosine[i - 1];
    }
    near[at] = row;
    cosine[at] = c;
}

/* centered·(train's features of row i less the mean), in double. */
static double product(const Neighbors *nb, const float *centered, int64_t i)
{
    int64_t D = nb->data.features.columns;
    const float *row = nb->data.features.floats + i * D;
    double sum = 0;
    for (int64_t j = 0; j < D; j++)
        sum += (double)centered[j] * ((double)row[j] - nb->mean[j]);
    return sum;
}

/* Of one image: centered (D) is its features less the mean, dots (images) centered·train's features. */
static void nearest(const Neighbors *nb, const float *centered, const float *dots, int32_t *near)
{
    double cosine[NEIGHBORS], length = 0, base = 0;
    for (int64_t j = 0; j < nb->data.features.columns; j++) {
        length += (double)centered[j] * (double)centered[j];
        base += (double)centered[j] * nb->mean[j];
    }
    length = sqrt(length);
    for (int i = 0; i < NEIGHBORS; i++)
        near[i] = -1;
    for (int64_t i = 0; i < nb->data.features.rows && length > 0; i++) {
        double lengths = nb->length[i] * length, c = lengths > 0 ? ((double)dots[i] - base) / lengths : 2;
        if (lengths > 0 && c > ALMOST)
            c = product(nb, centered, i) / lengths;
        if (c <= ITSELF)
            insert(near, cosine, (int32_t)i, c);
    }
}

static void find(const Neighbors *nb, const float *features, int n, float *centered, float *dots, int32_t *near)
{
    int D = (int)nb->data.features.columns, rows = (int)nb->data.features.rows;
    for (int i = 0; i < n * D; i++)
        centered[i] = (float)((double)features[i] - nb->mean[i % D]);
    gemm_parallel(PRECISION_FLOAT32, PLAIN, TRANSPOSED, n, rows, D, centered, (size_t)D, nb->data.features.floats,
                  (size_t)D, 0, dots, (size_t)rows);
#pragma omp parallel for schedule(dynamic)
    for (int i = 0; i < n; i++)
        nearest(nb, centered + (size_t)i * (size_t)D, dots + (size_t)i * (size_t)rows,
                near + (size_t)i * NEIGHBORS);
}

int neighbors_find(const Neighbors *nb, const float *features, int n, int32_t *near, Err *err)
{
    size_t D = (size_t)nb->data.features.columns, rows = (size_t)nb->data.features.rows;
    float *centered = malloc(AT_A_TIME * D * sizeof *centered), *dots = malloc(AT_A_TIME * rows * sizeof *dots);
    bool ok = centered && dots;
    for (int i = 0; i < n && ok; i += AT_A_TIME)
        find(nb, features + (size_t)i * D, n - i < AT_A_TIME ? n - i : AT_A_TIME, centered, dots,
             near + (size_t)i * NEIGHBORS);
    free(centered);
    free(dots);
    return ok ? 0 : err_set(err, "no memory for the neighbors of %d images among %zu", n, rows);
}

/* --- their captions --- */

static int captions_of(const Dataset *d, const int32_t *near, const int32_t **caption)
{
    int n = 0;
    for (int i = 0; i < NEIGHBORS && near[i] >= 0; i++)
        for (int64_t k = d->caption_at[near[i]]; k < d->caption_at[near[i] + 1]; k++, n++)
            if (caption)
                caption[n] = d->captions.ints + d->caption_of[k] * d->width;
    return n;
}

int neighbors_consensus(const Neighbors *nb, const int32_t *near, const SearchResult *captions, int m,
                        double *score, Err *err)
{
    int n = captions_of(&nb->data, near, NULL);
    const int32_t **caption = malloc(((size_t)n + 1) * sizeof *caption);
    if (!caption)
        return err_set(err, "out of memory");
    captions_of(&nb->data, near, caption);
    const OtherCaptions others = {caption, n, nb->data.width, &nb->table};
    int rc = consensus_with(&others, captions, m, score, err);
    free(caption);
    return rc;
}
