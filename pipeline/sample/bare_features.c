#include "pipeline/sample/bare_features.h"

#include "io/base/utf8.h"

#include <stdlib.h>
#include <string.h>

static int read_list(Dataset *d, const char *names, const char *path, Err *err)
{
    if (lines_read(&d->files, names, err))
        return -1;
    if ((int64_t)d->files.n != d->features.rows)
        return err_set(err, "%s: %zu lines, but %s has %lld rows", names, d->files.n, path,
                       (long long)d->features.rows);
    for (size_t i = 0; i < d->files.n; i++)
        if (!utf8_valid(d->files.line[i], strlen(d->files.line[i])))
            return err_set(err, "%s: line %zu: not UTF-8", names, i + 1);
    return 0;
}

/* Makes lines of n strings; one that is not UTF-8 becomes "". -1: out of memory. */
static int take_strings(Lines *lines, char *const *string, int64_t n)
{
    size_t bytes = 1;
    for (int64_t i = 0; i < n; i++)
        bytes += strlen(string[i]) + 1;
    lines->line = malloc(((size_t)n + 1) * sizeof *lines->line);
    char *at = lines->text = malloc(bytes);
    if (!at || !lines->line)
        return -1;
    for (int64_t i = 0; i < n; i++) {
        size_t len = utf8_valid(string[i], strlen(string[i])) ? strlen(string[i]) : 0;
        lines->line[i] = memcpy(at, string[i], len);
        at[len] = '\0';
        at += len + 1;
    }
    lines->n = (size_t)n;
    return 0;
}

/* The file's own names, unless its `files` are something else. */
static int read_own_names(Dataset *d, H5 *h5, Err *err)
{
    H5Info info;
    char **string;
    int64_t n;
    int there = h5_has(h5, "files", err);
    if (there <= 0)
        return there;
    if (h5_info(h5, "files", &info, err))
        return -1;
    if (info.kind != H5_STRINGS || info.rank != 1)
        return 0;
    if (h5_read_strings(h5, "files", &string, &n, err))
        return -1;
    int rc = n != d->features.rows ? err_set(err, "%s: files: %lld names for %lld rows", h5_path(h5), (long long)n,
                                             (long long)d->features.rows)
             : take_strings(&d->files, string, n) ? err_set(err, "%s: out of memory", h5_path(h5))
                                                  : 0;
    h5_free_strings(string, n);
    return rc;
}

static int look(Dataset *d, bool *reduce, bool *grid_reduced, const char *path, const char *names, const Model *m,
                const char *model_path, Err *err)
{
    Origin origin = {0};
    H5 *h5 = h5_open(path, err);
    int rc = h5 ? origin_read(&origin, h5, "/", err) : -1;
    if (rc == 0)
        rc = origin_agree(&m->origin, model_path, &origin, path, err);
    if (rc == 0 && !names)
        rc = read_own_names(d, h5, err);
    *reduce = m->origin.pca.C == d->features.columns && !origin.pca.C;
    *grid_reduced = origin.grid_pca.C > 0;
    h5_close(h5, NULL);
    origin_free(&origin);
    return rc;
}

int bare_features_open(Dataset *d, bool *reduce, bool *grid_reduced, const char *path, const char *names,
                       const Model *m, const char *model_path, Err *err)
{
    *reduce = *grid_reduced = false;
    if (features_open(&d->features, path, err) || (names && read_list(d, names, path, err)))
        return -1;
    return look(d, reduce, grid_reduced, path, names, m, model_path, err);
}
