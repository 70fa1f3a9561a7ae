#include "pipeline/prepare/feature_set.h"

#include "io/archive/zip_entry.h"
#include "io/base/size.h"
#include "io/data/npy.h"
#include "io/file/file.h"
#include "io/file/line_reader.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_MAX ((size_t)1 << 40)

int feature_set_init(FeatureSet *s, Err *err)
{
    memset(s, 0, sizeof *s);
    return name_index_init(&s->names, err);
}

void feature_set_free(FeatureSet *s)
{
    for (int i = 0; i < s->n; i++) {
        h5_unmap(&s->file[i].matrix);
        grid_close(&s->file[i].grid);
        free(s->file[i].copy);
        free(s->file[i].path);
        free(s->file[i].array);
        free(s->file[i].cnn);
    }
    free(s->file);
    name_index_free(&s->names);
    memset(s, 0, sizeof *s);
}

/* --- names --- */

static int out_of_memory(Err *err)
{
    return err_set(err, "out of memory");
}

static int name_rows(FeatureSet *s, const FeatureFile *f, char *const *name, Err *err)
{
    for (int64_t i = 0; i < f->rows; i++)
        if (name_index_add(&s->names, f->first + i, name[i], err))
            return -1;
    return 0;
}

/* One list for all files without names, whose rows it must have together. */
static int name_all(FeatureSet *s, const char *list, Err *err)
{
    Lines lines;
    int64_t rows = 0;
    for (int i = 0; i < s->n; i++)
        rows += s->file[i].named ? 0 : s->file[i].rows;
    if (lines_read(&lines, list, err))
        return -1;
    while (lines.n > 0 && !*lines.line[lines.n - 1])
        lines.n--;
    int rc = (int64_t)lines.n == rows
                 ? 0
                 : err_set(err, "%s: %zu names for %lld rows of features", list, lines.n, (long long)rows);
    int64_t at = 0;
    for (int i = 0; i < s->n && rc == 0; i++)
        if (!s->file[i].named) {
            rc = name_rows(s, &s->file[i], lines.line + at, err);
            s->file[i].named = true;
            at += s->file[i].rows;
        }
    lines_free(&lines);
    return rc;
}

/* The k-th list for the k-th file without names. */
static int name_each(FeatureSet *s, const char *const *lists, Err *err)
{
    int k = 0;
    for (int i = 0; i < s->n; i++) {
        FeatureFile *f = &s->file[i];
        Lines lines;
        if (f->named)
            continue;
        if (lines_read(&lines, lists[k++], err))
            return -1;
        while (lines.n > 0 && !*lines.line[lines.n - 1])
            lines.n--;
        int rc = (int64_t)lines.n == f->rows ? name_rows(s, f, lines.line, err)
                                             : err_set(err, "%s: %zu names for the %lld rows of %s", lists[k - 1],
                                                       lines.n, (long long)f->rows, f->path);
        lines_free(&lines);
        f->named = true;
        if (rc)
            return -1;
    }
    return 0;
}

int feature_set_read_names(FeatureSet *s, const char *const *lists, int n_lists, Err *err)
{
    int nameless = 0, first = -1;
    for (int i = s->n - 1; i >= 0; i--)
        if (!s->file[i].named) {
            nameless++;
            first = i;
        }
    if (nameless == 0 && n_lists)
        return err_set(err, "%s: not needed: the features have names of their own", lists[0]);
    if (nameless && !n_lists)
        return err_set(err, "%s: has no names of images; --names gives them, one per line", s->file[first].path);
    if (n_lists == 1 && nameless > 1)
        return name_all(s, lists[0], err);
    if (n_lists != nameless)
        return err_set(err, "%d lists of --names for %d files of features without names", n_lists, nameless);
    return name_each(s, lists, err);
}

/* --- arrays --- */

/* `files` beside the features, as coco-features writes it. */
static int read_files(FeatureSet *s, FeatureFile *f, H5 *h5, Err *err)
{
    char **name;
    int64_t n;
    int there = h5_has(h5, "files", err);
    if (there <= 0)
        return there;
    if (h5_read_strings(h5, "files", &name, &n, err))
        return -1;
    int rc = n == f->rows
                 ? name_rows(s, f, name, err)
                 : err_set(err, "%s: files: %lld names for %lld rows", f->path, (long long)n, (long long)f->rows);
    h5_free_strings(name, n);
    f->named = true;
    return rc;
}

/* What has made the features. */
static int read_origin(FeatureFile *f, H5 *h5, Err *err)
{
    int reduced = h5_has(h5, "pca", err), grid = reduced < 0 ? -1 : h5_has(h5, "grid", err),
        grid_reduced = grid < 0 ? -1 : h5_has(h5, "grid_pca", err);
    f->reduced = reduced > 0;
    f->has_grid = grid > 0;
    f->grid_reduced = grid_reduced > 0;
    return grid_reduced < 0 || h5_attr_text(h5, "/", "cnn_sha256", &f->cnn, err) < 0 ? -1 : 0;
}

/* A grid that cannot be used is no reason to refuse the features. */
static void open_grid(FeatureFile *f)
{
    int rc = grid_open(&f->grid, f->path, &f->grid_why);
    if (rc == 0 && f->grid.rows.rows != f->rows)
        rc = err_set(&f->grid_why, "%s: grid: %lld rows, but features has %lld", f->path,
                     (long long)f->grid.rows.rows, (long long)f->rows);
    if (rc)
        grid_close(&f->grid);
}

static int read_h5(FeatureSet *s, FeatureFile *f, int64_t *D, Err *err)
{
    const char *array = f->array ? f->array : "features";
    H5Info info;
    H5 *h5 = h5_open(f->path, err);
    if (!h5)
        return -1;
    int rc = h5_info(h5, array, &info, err);
    if (rc == 0)
        h5_squeeze(&info, 2);
    if (rc == 0 && (info.rank != 2 || info.dim[0] < 1 || info.dim[1] < 1))
        rc = err_set(err, "%s: %s: not of the shape (images, features)", f->path, array);
    if (rc == 0)
        rc = h5_map(h5, array, H5_FLOATS, 2, info.dim, &f->matrix, err);
    f->rows = f->matrix.rows;
    *D = f->matrix.columns;
    if (rc == 0)
        rc = read_files(s, f, h5, err);
    f->floats = f->matrix.floats;
    if (rc == 0)
        rc = read_origin(f, h5, err);
    h5_close(h5, NULL);
    if (rc == 0 && f->has_grid)
        open_grid(f);
    return rc;
}

static int read_npy(FeatureFile *f, int64_t *D, Err *err)
{
    size_t len;
    void *bytes = file_read(f->path, FILE_MAX, &len, err);
    int rc = bytes ? npy_matrix(bytes, len, f->path, &f->copy, &f->rows, D, err) : -1;
    f->floats = f->copy;
    free(bytes);
    return rc;
}

static int read_npz(FeatureFile *f, int64_t *D, Err *err)
{
    size_t len;
    char *entry;
    if (asprintf(&entry, "%s.npy", f->array ? f->array : "features") < 0)
        return out_of_memory(err);
    void *bytes = zip_entry_read(f->path, entry, FILE_MAX, &len, err);
    free(entry);
    if (!bytes && !f->array)
        bytes = zip_entry_read(f->path, NULL, FILE_MAX, &len, err);
    int rc = bytes ? npy_matrix(bytes, len, f->path, &f->copy, &f->rows, D, err) : -1;
    f->floats = f->copy;
    free(bytes);
    return rc;
}

/* Cuts "FILE:ARRAY", unless there is a file of the whole name. */
static int cut_spec(FeatureFile *f, const char *spec)
{
    const char *colon = strrchr(spec, ':');
    bool cut = colon && colon[1] && colon > spec && file_exists(spec, NULL) == 0;
    f->path = cut ? strndup(spec, (size_t)(colon - spec)) : strdup(spec);
    f->array = cut ? strdup(colon + 1) : NULL;
    return f->path && (!cut || f->array) ? 0 : -1;
}

static bool begins_with(const char *path, const char *bytes, size_t n)
{
    char head[8];
    FILE *in = fopen(path, "rbe");
    bool same = in && fread(head, 1, n, in) == n && !memcmp(head, bytes, n);
    if (in)
        fclose(in);
    return same;
}

/* The format is known by the file's first bytes. */
static int read_file(FeatureSet *s, FeatureFile *f, int64_t *D, Err *err)
{
    if (begins_with(f->path, "PK\3\4", 4))
        return read_npz(f, D, err);
    if (!begins_with(f->path, "\x93NUMPY", 6))
        return read_h5(s, f, D, err);
    return f->array ? err_set(err, "%s: a .npy file holds one array without a name", f->path) : read_npy(f, D, err);
}

/* Features of different networks, or of different spaces, say nothing together. */
static int check_alike(const FeatureSet *s, const FeatureFile *f, int64_t D, Err *err)
{
    const FeatureFile *first = &s->file[0];
    if (D > DIMENSION_MAX)
        return err_set(err, "%s: %lld numbers per image, expected at most %d", f->path, (long long)D,
                       DIMENSION_MAX);
    if (s->D && D != s->D)
        return err_set(err, "%s: %lld numbers per image, %s has %lld", f->path, (long long)D, first->path,
                       (long long)s->D);
    if (f->cnn && first->cnn && strcmp(f->cnn, first->cnn) != 0)
        return err_set(err, "%s: made by another CNN than %s", f->path, first->path);
    if (f->reduced != first->reduced)
        return err_set(err, "%s: reduced by a PCA, %s is not", f->reduced ? f->path : first->path,
                       f->reduced ? first->path : f->path);
    return 0;
}

int feature_set_add(FeatureSet *s, const char *spec, Err *err)
{
    FeatureFile *grown = realloc(s->file, ((size_t)s->n + 1) * sizeof *grown);
    int64_t D;
    if (!grown)
        return out_of_memory(err);
    s->file = grown;
    FeatureFile *f = &s->file[s->n++];
    *f = (FeatureFile){.first = s->rows};
    if (cut_spec(f, spec))
        return out_of_memory(err);
    if (read_file(s, f, &D, err))
        return -1;
    if (check_alike(s, f, D, err))
        return -1;
    s->D = D;
    s->rows += f->rows;
    return 0;
}

int feature_set_grid(const FeatureSet *s, Err *err)
{
    const FeatureFile *with = NULL, *without = NULL;
    for (int i = 0; i < s->n; i++) {
        const FeatureFile *f = &s->file[i];
        if (f->has_grid && !f->grid.places)
            return err_set(err, "%s", f->grid_why.text);
        if (f->has_grid && with && grids_alike(&with->grid, &f->grid, err))
            return -1;
        if (f->has_grid && with && with->grid_reduced != f->grid_reduced)
            return err_set(err, "the grid of %s is reduced by a PCA, that of %s is not",
                           f->grid_reduced ? f->path : with->path, f->grid_reduced ? with->path : f->path);
        *(f->has_grid ? &with : &without) = f;
    }
    if (with && without)
        return err_set(err, "%s has a grid, %s has none", with->path, without->path);
    return with != NULL;
}

static const FeatureFile *file_of(const FeatureSet *s, int64_t row)
{
    const FeatureFile *f = s->file;
    while (row >= f->first + f->rows)
        f++;
    return f;
}

int feature_set_grid_row(const FeatureSet *s, int64_t row, float *out, Err *err)
{
    const FeatureFile *f = file_of(s, row);
    return grid_row(&f->grid, row - f->first, out, err);
}

const float *feature_set_row(const FeatureSet *s, int64_t row, Err *err)
{
    const FeatureFile *f = file_of(s, row);
    const float *x = f->floats + (row - f->first) * s->D;
    for (int64_t j = 0; j < s->D; j++)
        if (!isfinite(x[j])) {
            err_set(err, "%s: %s: row %lld: number %lld is not finite", f->path, f->array ? f->array : "features",
                    (long long)(row - f->first), (long long)j);
            return NULL;
        }
    return x;
}
