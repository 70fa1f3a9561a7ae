#include "pipeline/prepare/prepare_files.h"

#include "io/file/file.h"
#include "io/hdf5/h5.h"
#include "pipeline/model_file/origin.h"
#include "pipeline/prepare/prepare_grid.h"
#include "pipeline/prepare/prepare_lists.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- splits --- */

void prepared_free(Prepared *p)
{
    for (int k = 0; p->split && k < p->n_splits; k++)
        free(p->split[k].image);
    free(p->split);
    p->split = NULL;
}

static void count_caption(const Prepared *p, const PreparedCaption *c)
{
    PreparedSplit *s = &p->split[p->captions->image[c->image].split];
    s->captions++;
    s->words += c->n;
    for (int32_t t = 0; t < c->n; t++)
        s->unknown += p->words->number[p->captions->word_of[c->words + (size_t)t]] == p->words->unknown;
}

int prepared_split(Prepared *p, Err *err)
{
    const CaptionSet *set = p->captions;
    int32_t images = hash_count(set->names);
    p->n_splits = hash_count(set->splits);
    p->split = calloc((size_t)p->n_splits + 1, sizeof *p->split);
    for (int k = 0; p->split && k < p->n_splits; k++) {
        p->split[k].name = hash_key(set->splits, k, NULL);
        p->split[k].image = malloc(((size_t)images + 1) * sizeof *p->split[k].image);
        if (!p->split[k].image)
            return err_set(err, "out of memory");
    }
    if (!p->split)
        return err_set(err, "out of memory");
    for (int32_t i = 0; i < images; i++) {
        const PreparedImage *image = &set->image[i];
        if (image->split != NO_SPLIT && image->row != NO_ROW && image->captions > 0) {
            PreparedSplit *s = &p->split[image->split];
            s->image[s->images++] = i;
        }
    }
    for (int64_t i = 0; i < set->n; i++)
        if (caption_is_used(set, &set->caption[i]))
            count_caption(p, &set->caption[i]);
    return 0;
}

char *prepared_path(const char *dir, DatasetFile kind, const char *split, Err *err)
{
    char name[DATASET_NAME_LEN];
    char *path = path_join(dir, dataset_file_name(kind, DATASET_PLAIN, split, name));
    if (!path)
        err_set(err, "out of memory");
    return path;
}

/* --- captions --- */

/* START, words, END, padding. */
static void encode(const Prepared *p, const PreparedCaption *c, int32_t *row)
{
    *row++ = VOCAB_START;
    for (int32_t t = 0; t < c->n; t++)
        *row++ = p->words->number[p->captions->word_of[c->words + (size_t)t]];
    *row = VOCAB_END;
}

/* The captions of split k in file order; place (images) says the row of each image in its split. */
static void fill_captions(const Prepared *p, int k, const int32_t *place, int64_t width, int32_t *rows,
                          int32_t *image)
{
    int64_t at = 0;
    for (int64_t i = 0; i < p->captions->n; i++) {
        const PreparedCaption *c = &p->captions->caption[i];
        if (!caption_is_used(p->captions, c) || p->captions->image[c->image].split != k)
            continue;
        encode(p, c, rows + at * width);
        image[at++] = place[c->image];
    }
}

static int write_split(const Prepared *p, int k, const int32_t *place, int64_t width, H5 *h5, Err *err)
{
    const PreparedSplit *s = &p->split[k];
    const int64_t dim[2] = {s->captions, width};
    char name[64];
    int32_t *rows = calloc((size_t)(s->captions * width), sizeof *rows);
    int32_t *image = calloc((size_t)s->captions, sizeof *image);
    int rc = rows && image ? 0 : err_set(err, "out of memory");
    if (rc == 0) {
        fill_captions(p, k, place, width, rows, image);
        snprintf(name, sizeof name, "%s_captions", s->name);
        rc = h5_write_ints(h5, name, 2, dim, rows, err);
    }
    if (rc == 0) {
        snprintf(name, sizeof name, "%s_image_idxs", s->name);
        rc = h5_write_ints(h5, name, 1, dim, image, err);
    }
    free(rows);
    free(image);
    return rc;
}

/* Every split's captions are as wide as the longest caption needs. */
static int64_t caption_width(const CaptionSet *set)
{
    int64_t most = 0;
    for (int64_t i = 0; i < set->n; i++)
        if (caption_is_used(set, &set->caption[i]) && set->caption[i].n > most)
            most = set->caption[i].n;
    return most + 2;
}

static int write_captions(const Prepared *p, const char *dir, Err *err)
{
    int32_t *place = calloc((size_t)hash_count(p->captions->names) + 1, sizeof *place);
    char *path = prepared_path(dir, DATASET_FILE_CAPTIONS, "", err);
    H5 *h5 = place && path ? h5_create(path, err) : NULL;
    int rc = h5 ? 0 : !place ? err_set(err, "out of memory") : -1;
    int64_t width = caption_width(p->captions);
    for (int k = 0; rc == 0 && k < p->n_splits; k++) {
        for (int64_t i = 0; i < p->split[k].images; i++)
            place[p->split[k].image[i]] = (int32_t)i;
        if (p->split[k].images)
            rc = write_split(p, k, place, width, h5, err);
    }
    if (rc)
        h5_discard(h5);
    else
        rc = h5_close(h5, err);
    free(path);
    free(place);
    return rc;
}

/* --- features --- */

/* Of the vector and of the grid's places; C is 0 without one. */
typedef struct {
    Pca vector, grid;
} Reductions;

typedef struct {
    const Prepared *p;
    const PreparedSplit *split;
} Rows;

static const float *row_of_split(void *ctx, int64_t i, Err *err)
{
    const Rows *r = ctx;
    return feature_set_row(r->p->features, r->p->captions->image[r->split->image[i]].row, err);
}

static int copy_rows(Rows *rows, int64_t D, float *out, Err *err)
{
    for (int64_t i = 0; i < rows->split->images; i++) {
        const float *x = row_of_split(rows, i, err);
        if (!x)
            return -1;
        memcpy(out + i * D, x, (size_t)D * sizeof *out);
    }
    return 0;
}

static int write_names(const Prepared *p, const PreparedSplit *s, H5 *h5, Err *err)
{
    const char **name = malloc(((size_t)s->images + 1) * sizeof *name);
    if (!name)
        return err_set(err, "out of memory");
    for (int64_t i = 0; i < s->images; i++)
        name[i] = caption_set_file(p->captions, s->image[i]);
    int rc = h5_write_strings(h5, "files", s->images, name, err);
    free(name);
    return rc;
}

/* What the features' own file says of their making. */
static int copy_origin(const Prepared *p, H5 *h5, Err *err)
{
    const FeatureFile *f = &p->features->file[0];
    if (f->copy) /* NumPy's files say nothing */
        return 0;
    Origin origin;
    int rc = origin_read_file(&origin, f->path, err);
    if (!p->grid)
        pca_free(&origin.grid_pca);
    if (rc == 0)
        rc = origin_write(&origin, h5, "/", err);
    origin_free(&origin);
    return rc;
}

static int fill_features(const Prepared *p, const PreparedSplit *s, const Reductions *by, H5 *h5, Err *err)
{
    Rows rows = {p, s};
    const Pca *pca = by->vector.C ? &by->vector : NULL;
    const int64_t dim[2] = {s->images, pca ? pca->D : p->features->D};
    float *out = malloc((size_t)(dim[0] * dim[1]) * sizeof *out);
    int rc = out ? 0 : err_set(err, "no memory for %lld x %lld features", (long long)dim[0], (long long)dim[1]);
    if (rc == 0)
        rc = pca ? pca_apply(pca, row_of_split, &rows, s->images, out, err) : copy_rows(&rows, dim[1], out, err);
    if (rc == 0)
        rc = h5_write_floats(h5, "features", 2, dim, out, err);
    free(out);
    if (rc == 0 && p->captions->named)
        rc = write_names(p, s, h5, err);
    if (rc == 0)
        rc = copy_origin(p, h5, err);
    if (rc == 0 && pca)
        rc = origin_write_pca(pca, h5, err);
    return rc == 0 && by->grid.C ? origin_write_grid_pca(&by->grid, h5, err) : rc;
}

static int write_features(const Prepared *p, const PreparedSplit *s, const Reductions *by, const char *dir,
                          Err *err)
{
    char *path = prepared_path(dir, DATASET_FILE_FEATURES, s->name, err);
    H5 *h5 = path ? h5_create(path, err) : NULL;
    int rc = h5 ? fill_features(p, s, by, h5, err) : -1;
    if (rc)
        h5_discard(h5);
    else
        rc = h5_close(h5, err);
    if (rc == 0 && p->grid)
        rc = grid_write(p, s, &by->grid, path, err);
    free(path);
    return rc;
}

static const PreparedSplit *train_of(const Prepared *p)
{
    int k = 0;
    while (strcmp(p->split[k].name, "train") != 0)
        k++;
    return &p->split[k];
}

static int fit_pca(const Prepared *p, Pca *pca, Err *err)
{
    Rows rows = {p, train_of(p)};
    int64_t n = rows.split->images;
    if (p->features->file[0].reduced)
        return err_set(err, "--pca %d: %s is reduced by a PCA already", p->pca, p->features->file[0].path);
    if (p->features->D > PCA_WIDEST)
        return err_set(err, "--pca %d: %lld numbers per image are too many, %d at most", p->pca,
                       (long long)p->features->D, PCA_WIDEST);
    if (p->pca > p->features->D)
        return err_set(err, "--pca %d: the features have only %lld numbers", p->pca, (long long)p->features->D);
    if (p->pca >= n)
        return err_set(err, "--pca %d: needs more images of train than %lld: at least %d", p->pca, (long long)n,
                       p->pca + 1);
    return pca_fit(pca, row_of_split, &rows, n, (int)p->features->D, p->pca, err);
}

/* --- vocabulary, and the whole --- */

static int write_vocab(const Prepared *p, const char *dir, Err *err)
{
    char *path = prepared_path(dir, DATASET_FILE_VOCAB, "", err);
    int rc = path ? vocab_write(&p->words->vocab, path, err) : -1;
    free(path);
    return rc;
}

int prepared_write(const Prepared *p, const char *dir, double kept[2], Err *err)
{
    Reductions fitted = {.vector.C = 0};
    int rc = p->pca ? fit_pca(p, &fitted.vector, err) : 0;
    if (rc == 0 && p->grid_pca)
        rc = grid_fit(p, train_of(p), &fitted.grid, err);
    const Reductions by = p->given ? (Reductions){p->given->pca, p->given->grid_pca} : fitted;
    kept[0] = by.vector.kept;
    kept[1] = by.grid.kept;
    if (rc == 0)
        rc = write_vocab(p, dir, err);
    if (rc == 0)
        rc = write_captions(p, dir, err);
    for (int k = 0; rc == 0 && k < p->n_splits; k++) {
        const PreparedSplit *s = &p->split[k];
        if (!s->images)
            continue;
        if (p->features->n)
            rc = write_features(p, s, &by, dir, err);
        if (rc == 0)
            rc = prepared_write_lists(p, k, dir, err);
    }
    pca_free(&fitted.vector);
    pca_free(&fitted.grid);
    return rc;
}
