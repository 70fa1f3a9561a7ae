#include "io/data/dataset.h"

#include "io/base/err.h"
#include "io/base/utf8.h"
#include "io/data/dataset_files.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- captions --- */

static char *captions_path(const Dataset *d)
{
    return dataset_file_path(d->dir, DATASET_FILE_CAPTIONS, d->split);
}

static const int32_t *out_of_range(const Dataset *d, int64_t i, const char *what, const char *kind, int32_t value,
                                   const char *among, int64_t n, Err *err)
{
    char *path = captions_path(d);
    err_set(err, "%s: %s_%s: row %lld: %s %d is out of range (%s: %lld)", path ? path : d->dir, d->split, what,
            (long long)i, kind, value, among, (long long)n);
    free(path);
    return NULL;
}

const int32_t *dataset_caption(const Dataset *d, int64_t i, Err *err)
{
    const int32_t *word = d->captions.ints + i * d->width;
    int32_t image = d->image.ints[i];
    for (int t = 0; t < d->width; t++)
        if (word[t] < 0 || word[t] >= d->vocab.size)
            return out_of_range(d, i, "captions", "word", word[t], "vocabulary", d->vocab.size, err);
    if (image < 0 || image >= d->features.rows)
        return out_of_range(d, i, "image_idxs", "image", image, "features", d->features.rows, err);
    return word;
}

static int read_captions(Dataset *d, H5 *h5, const char *path, int optional, Err *err)
{
    char captions[64], idxs[64];
    H5Info info;
    snprintf(captions, sizeof captions, "%s_captions", d->split);
    snprintf(idxs, sizeof idxs, "%s_image_idxs", d->split);
    int there = optional ? h5_has(h5, captions, err) : 1;
    if (there <= 0)
        return there;
    if (h5_info(h5, captions, &info, err))
        return -1;
    h5_squeeze(&info, 2);
    if (info.rank != 2 || (info.kind != H5_INTEGERS && info.kind != H5_FLOATS))
        return err_set(err, "%s: %s: expected a matrix of integers", path, captions);
    if (!optional && info.dim[0] == 0)
        return err_set(err, "%s: %s: no captions", path, captions);
    if (info.dim[1] < 2 || info.dim[1] > 1 << 16)
        return err_set(err, "%s: %s: has %lld columns, expected 2 to 65536", path, captions,
                       (long long)info.dim[1]);
    if (h5_map(h5, captions, H5_INTEGERS, 2, info.dim, &d->captions, err) ||
        h5_map(h5, idxs, H5_INTEGERS, 1, info.dim, &d->image, err))
        return -1;
    d->n = info.dim[0];
    d->width = (int)info.dim[1];
    for (int64_t i = 0; i < d->n; i++) {
        const int32_t *row = dataset_caption(d, i, err);
        if (!row)
            return -1;
        caption_layout_add(&d->layout, row, d->width);
    }
    return 0;
}

static bool all_first_image(const Dataset *d)
{
    for (int64_t i = 0; i < d->n; i++)
        if (d->image.ints[i])
            return false;
    return d->n > 1 && d->features.rows > 1;
}

bool dataset_captions_odd(const Dataset *d, Err *line)
{
    const CaptionLayout *l = &d->layout;
    if (!l->broken && !all_first_image(d))
        return false;
    char *path = captions_path(d);
    const char *place = path ? path : d->dir;
    if (l->broken)
        err_set(line,
                "%s: %s_captions: %lld of %lld captions break the layout <START>, words, <END>, <NULL>...: "
                "row %lld is the first and %s",
                place, d->split, (long long)l->broken, (long long)l->n, (long long)l->first,
                caption_fault_text(l->fault));
    else
        err_set(line, "%s: %s_image_idxs: all %lld captions are of image 0, as if it had never been written", place,
                d->split, (long long)d->n);
    free(path);
    return true;
}

static int open_captions(Dataset *d, int optional, Err *err)
{
    char *path = captions_path(d);
    int rc = -1;
    if (!path)
        return err_set(err, "out of memory");
    int there = optional ? file_exists(path, err) : 1;
    if (there <= 0) {
        free(path);
        return there;
    }
    H5 *h5 = h5_open(path, err);
    if (h5) {
        rc = read_captions(d, h5, path, optional, err);
        h5_close(h5, NULL);
    }
    free(path);
    return rc;
}

/* --- features --- */

/* Checked before anything is read: a matrix with a sane number of columns. */
static int check_sizes(H5 *h5, const char *path, H5Info *info, Err *err)
{
    enum { MOST = 1 << 20 };
    if (h5_info(h5, "features", info, err))
        return -1;
    h5_squeeze(info, 2);
    if (info->rank != 2)
        return err_set(err, "%s: features: has %d dimensions, expected (images, features)", path, info->rank);
    if (info->dim[0] < 1 || info->dim[1] < 1)
        return err_set(err, "%s: features: no rows or no columns (%lld, %lld)", path, (long long)info->dim[0],
                       (long long)info->dim[1]);
    if (info->dim[1] > MOST)
        return err_set(err, "%s: features: %lld numbers per image, expected at most %d", path,
                       (long long)info->dim[1], MOST);
    return 0;
}

int features_open(H5Matrix *features, const char *path, Err *err)
{
    memset(features, 0, sizeof *features);
    H5 *h5 = h5_open(path, err);
    if (!h5)
        return -1;
    H5Info info;
    int rc = check_sizes(h5, path, &info, err);
    if (rc == 0)
        rc = h5_map(h5, "features", H5_FLOATS, 2, info.dim, features, err);
    h5_close(h5, NULL);
    return rc;
}

const float *features_row(const H5Matrix *features, const char *path, int64_t row, Err *err)
{
    const float *f = features->floats + row * features->columns;
    for (int64_t j = 0; j < features->columns; j++)
        if (!isfinite(f[j])) {
            err_set(err, "%s: features: row %lld: number %lld is not finite", path, (long long)row, (long long)j);
            return NULL;
        }
    return f;
}

bool features_zero(const H5Matrix *features, int64_t row)
{
    const float *f = features->floats + row * features->columns;
    for (int64_t j = 0; j < features->columns; j++)
        if (f[j] != 0)
            return false;
    return true;
}

const float *dataset_features(const Dataset *d, int64_t row, Err *err)
{
    return features_row(&d->features, d->features_path, row, err);
}

/* --- lists --- */

/* Without the empty lines at its end. 0: there is no such list. */
static int read_lines(const char *path, Lines *lines, Err *err)
{
    int there = file_exists(path, err);
    if (there <= 0)
        return there;
    if (lines_read(lines, path, err))
        return -1;
    while (lines->n && !*lines->line[lines->n - 1])
        lines->n--;
    return 1;
}

/* A missing list is empty; an existing one must have a line for each of the n images, or captions. */
static int read_list(const Dataset *d, DatasetFile kind, int64_t n, const char *noun, Lines *lines, Err *err)
{
    char *path = dataset_file_path(d->dir, kind, d->split);
    if (!path)
        return err_set(err, "out of memory");
    int there = read_lines(path, lines, err), rc = there < 0 ? -1 : 0;
    for (size_t i = 0; rc == 0 && i < lines->n; i++)
        if (!utf8_valid(lines->line[i], strlen(lines->line[i])))
            rc = err_set(err, "%s: line %zu: is not UTF-8", path, i + 1);
    if (rc == 0 && there && (int64_t)lines->n != n)
        rc = err_set(err, "%s: %zu lines for %lld %s", path, lines->n, (long long)n, noun);
    free(path);
    return rc;
}

/* How many images the lists of paths or of URLs have. 0: there is neither. */
static int64_t count_listed(const Dataset *d, Err *err)
{
    static const DatasetFile kinds[] = {DATASET_FILE_IMAGES, DATASET_FILE_URLS};
    int64_t n = 0;
    for (int k = 0; k < 2 && n == 0; k++) {
        Lines lines = {0};
        char *path = dataset_file_path(d->dir, kinds[k], d->split);
        int there = path ? read_lines(path, &lines, err) : err_set(err, "out of memory");
        n = there < 0 ? -1 : (int64_t)lines.n;
        lines_free(&lines);
        free(path);
    }
    return n;
}

static int read_ids(Dataset *d, Err *err)
{
    Lines lines = {0};
    int rc = read_list(d, DATASET_FILE_IDS, d->features.rows, "images", &lines, err);
    if (rc == 0 && lines.n && !(d->id = malloc(lines.n * sizeof *d->id)))
        rc = err_set(err, "out of memory");
    for (size_t i = 0; rc == 0 && i < lines.n; i++)
        if (!dataset_read_id(lines.line[i], &d->id[i]))
            rc = err_set(err, "%s: the ids of %s: line %zu: not a whole number", d->dir, d->split, i + 1);
    lines_free(&lines);
    return rc;
}

static int open_grid(Dataset *d, Err *err)
{
    if (grid_open(&d->grid, d->features_path, err))
        return -1;
    return d->grid.rows.rows == d->features.rows
               ? 0
               : err_set(err, "%s: grid: %lld rows, but features has %lld", d->features_path,
                         (long long)d->grid.rows.rows, (long long)d->features.rows);
}

/* --- the whole --- */

/* -1 with the splits that there are, if nothing in the directory is of this one. What is missing of a split that is
 * there, or cannot be read, is for whoever opens it to say. */
static int check_split(const Dataset *d, Err *err)
{
    DatasetSplits splits = {NULL, 0};
    bool known = dataset_splits(&splits, d->dir, ~0u, NULL) || !splits.n;
    char names[160] = "";
    for (int k = 0; k < splits.n; k++) {
        size_t n = strlen(names);
        known = known || !strcmp(splits.name[k], d->split);
        snprintf(names + n, sizeof names - n, "%s%s", k ? ", " : "", splits.name[k]);
    }
    dataset_splits_free(&splits);
    return known ? 0 : err_set(err, "%s: has no split '%s'; it has %s", d->dir, d->split, names);
}

/* -1 if there is no file of features: with the splits that there are, or with where features come from. What cannot be
 * looked at is for features_open to say. */
static int check_features_file(const Dataset *d, int flags, Err *err)
{
    if (file_exists(d->features_path, NULL) != 0)
        return 0;
    if (check_split(d, err))
        return -1;
    return err_set(err, "%s: No such file or directory%s", d->features_path,
                   flags & DATASET_RAW ? ""
                                       : "; coco-features makes features from photographs, coco-prepare --features "
                                         "takes them");
}

/* Without a file of features, which `flags` may allow, the images are those of the lists. */
static int open_features(Dataset *d, int flags, Err *err)
{
    if (flags & DATASET_FEATURES_OPTIONAL && file_exists(d->features_path, NULL) == 0) {
        d->features.rows = count_listed(d, err);
        if (d->features.rows)
            return d->features.rows < 0 ? -1 : 0;
    }
    if (check_features_file(d, flags, err))
        return -1;
    return features_open(&d->features, d->features_path, err);
}

static int open_parts(Dataset *d, int flags, Err *err)
{
    char *vocab = dataset_file_path(d->dir, DATASET_FILE_VOCAB, d->split);
    int rc = vocab ? vocab_load(&d->vocab, vocab, err) : err_set(err, "out of memory");
    free(vocab);
    d->features_path = dataset_file_path(
        d->dir, flags & DATASET_RAW ? DATASET_FILE_RAW_FEATURES : DATASET_FILE_FEATURES, d->split);
    if (rc == 0 && !d->features_path)
        rc = err_set(err, "out of memory");
    if (rc == 0)
        rc = open_features(d, flags, err);
    if (rc == 0 && flags & DATASET_GRID)
        rc = open_grid(d, err);
    if (rc == 0)
        rc = open_captions(d, flags & DATASET_CAPTIONS_OPTIONAL, err);
    if (rc == 0 && flags & DATASET_LISTS)
        rc = read_list(d, DATASET_FILE_URLS, d->features.rows, "images", &d->urls, err);
    if (rc == 0 && flags & DATASET_LISTS)
        rc = read_list(d, DATASET_FILE_IMAGES, d->features.rows, "images", &d->files, err);
    if (rc == 0 && flags & DATASET_LISTS)
        rc = read_ids(d, err);
    if (rc == 0 && flags & (DATASET_LISTS | DATASET_TEXTS) && d->n)
        rc = read_list(d, DATASET_FILE_TEXTS, d->n, "captions", &d->texts, err);
    return rc;
}

int dataset_open(Dataset *d, const char *dir, const char *split, int flags, Err *err)
{
    memset(d, 0, sizeof *d);
    if (dataset_split_check(split, err))
        return -1;
    memcpy(d->split, split, strlen(split) + 1);
    d->dir = strdup(dir);
    if (!d->dir)
        return err_set(err, "out of memory");
    int there = file_exists(dir, err);
    if (there <= 0)
        return there ? -1
                     : err_set(err,
                               "%s: no such dataset directory; coco-prepare makes one from captions, 'coco-fetch "
                               "shapes' draws one",
                               dir);
    return open_parts(d, flags, err);
}

void dataset_close(Dataset *d)
{
    free(d->dir);
    free(d->features_path);
    free(d->caption_at);
    free(d->caption_of);
    vocab_free(&d->vocab);
    h5_unmap(&d->captions);
    h5_unmap(&d->image);
    h5_unmap(&d->features);
    grid_close(&d->grid);
    lines_free(&d->urls);
    lines_free(&d->files);
    lines_free(&d->texts);
    free(d->id);
    memset(d, 0, sizeof *d);
}

char *dataset_text(const Dataset *d, int64_t i)
{
    return d->texts.n ? strdup(d->texts.line[i]) : vocab_text(&d->vocab, d->captions.ints + i * d->width, d->width);
}

int dataset_index(Dataset *d, Err *err)
{
    size_t images = (size_t)d->features.rows;
    d->caption_at = calloc(images + 2, sizeof *d->caption_at);
    d->caption_of = calloc((size_t)d->n + 1, sizeof *d->caption_of);
    if (!d->caption_at || !d->caption_of)
        return err_set(err, "out of memory");
    /* Counting sort: at[i+2] counts, then at[i+1] is where the next caption of image i goes. */
    for (int64_t k = 0; k < d->n; k++)
        d->caption_at[d->image.ints[k] + 2]++;
    for (size_t i = 2; i < images + 2; i++)
        d->caption_at[i] += d->caption_at[i - 1];
    for (int64_t k = 0; k < d->n; k++)
        d->caption_of[d->caption_at[d->image.ints[k] + 1]++] = k;
    return 0;
}

int64_t dataset_place_of(const Dataset *d, int64_t i)
{
    const int64_t *of_image = d->caption_of + d->caption_at[d->image.ints[i]];
    int64_t k = 0;
    while (of_image[k] != i)
        k++;
    return k;
}
