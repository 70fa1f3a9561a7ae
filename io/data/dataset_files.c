#include "io/data/dataset_files.h"

#include "io/file/dir_next.h"
#include "io/file/file.h"
#include "io/hdf5/h5.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* By DatasetFile and DatasetStyle. The names of a split's files begin with the split. */
static const struct {
    const char *name[2];
    bool of_split;
} files[DATASET_FILE_KINDS] = {
    [DATASET_FILE_CAPTIONS] = {{"captions.h5", "coco2014_captions.h5"}, false},
    [DATASET_FILE_VOCAB] = {{"vocab.json", "coco2014_vocab.json"}, false},
    [DATASET_FILE_FEATURES] = {{"_features.h5", "2014_vgg16_fc7_pca.h5"}, true},
    [DATASET_FILE_RAW_FEATURES] = {{NULL, "2014_vgg16_fc7.h5"}, true},
    [DATASET_FILE_IMAGES] = {{"_images.txt", "2014_images.txt"}, true},
    [DATASET_FILE_URLS] = {{"_urls.txt", "2014_urls.txt"}, true},
    [DATASET_FILE_IDS] = {{"_ids.txt", "2014_ids.txt"}, true},
    [DATASET_FILE_TEXTS] = {{"_texts.txt", "2014_texts.txt"}, true},
};

const char *const dataset_markers[] = {"coco2014_captions.h5", "captions.h5", NULL};

bool dataset_split_valid(const char *split, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (!isalnum((unsigned char)split[i]) && split[i] != '_' && split[i] != '-')
            return false;
    return len > 0 && len < DATASET_SPLIT_LEN;
}

int dataset_split_check(const char *split, Err *err)
{
    return dataset_split_valid(split, strlen(split)) ? 0 : err_set(err, "'%s' is not a name of a split", split);
}

/* --- names --- */

const char *dataset_file_name(DatasetFile kind, DatasetStyle style, const char *split, char out[DATASET_NAME_LEN])
{
    const char *name = files[kind].name[style];
    snprintf(out, DATASET_NAME_LEN, "%s%s", files[kind].of_split ? split : "",
             name ? name : files[kind].name[DATASET_COURSE]);
    return out;
}

static char *path_in(const char *dir, DatasetFile kind, DatasetStyle style, const char *split)
{
    char name[DATASET_NAME_LEN];
    return path_join(dir, dataset_file_name(kind, style, split, name));
}

static bool has(const char *dir, DatasetFile kind, DatasetStyle style, const char *split)
{
    char *path = path_in(dir, kind, style, split);
    bool there = path && file_exists(path, NULL) != 0; /* what cannot be looked at: whoever opens it says why */
    free(path);
    return there;
}

char *dataset_file_path(const char *dir, DatasetFile kind, const char *split)
{
    for (DatasetStyle style = DATASET_PLAIN; style <= DATASET_COURSE; style++)
        if (has(dir, kind, style, split))
            return path_in(dir, kind, style, split);
    /* A missing file is named in the style of those that are there. */
    bool plain =
        has(dir, DATASET_FILE_CAPTIONS, DATASET_PLAIN, split) || has(dir, DATASET_FILE_VOCAB, DATASET_PLAIN, split);
    return path_in(dir, kind, plain ? DATASET_PLAIN : DATASET_COURSE, split);
}

static bool is_kind(const char *name, DatasetFile kind, DatasetStyle style, size_t *split_len)
{
    const char *own = files[kind].name[style];
    size_t n = strlen(name), m = own ? strlen(own) : n + 1;
    if (n < m || strcmp(name + n - m, own) != 0)
        return false;
    *split_len = n - m;
    return files[kind].of_split || n == m;
}

bool dataset_file_known(const char *name, DatasetFile *kind, size_t *split_len)
{
    static const DatasetStyle order[] = {DATASET_COURSE, DATASET_PLAIN};
    for (int i = 0; i < 2; i++)
        for (int k = 0; k < DATASET_FILE_KINDS; k++)
            if (is_kind(name, (DatasetFile)k, order[i], split_len)) {
                *kind = (DatasetFile)k;
                return !files[k].of_split || dataset_split_valid(name, *split_len);
            }
    return false;
}

/* --- splits --- */

int dataset_splits_add(DatasetSplits *s, const char *name, size_t len, Err *err)
{
    char added[DATASET_SPLIT_LEN] = "";
    int at = 0;
    if (!dataset_split_valid(name, len))
        return 0;
    memcpy(added, name, len);
    while (at < s->n && strcmp(s->name[at], added) < 0)
        at++;
    if (at < s->n && !strcmp(s->name[at], added))
        return 0;
    char(*grown)[DATASET_SPLIT_LEN] = realloc(s->name, ((size_t)s->n + 1) * sizeof *grown);
    if (!grown)
        return err_set(err, "out of memory");
    s->name = grown;
    memmove(s->name + at + 1, s->name + at, (size_t)(s->n++ - at) * sizeof *grown);
    memcpy(s->name[at], added, sizeof added);
    return 0;
}

void dataset_splits_free(DatasetSplits *s)
{
    free(s->name);
    *s = (DatasetSplits){NULL, 0};
}

/* "train2014_urls.txt" fits both styles: it is a plain split's, train2014, if that has features. */
static size_t whole_split(const char *dir, const char *name, size_t len)
{
    static const char year[] = "2014";
    char longer[DATASET_SPLIT_LEN];
    size_t n = strlen(year);
    if (strncmp(name + len, year, n) != 0 || !dataset_split_valid(name, len + n))
        return len;
    snprintf(longer, sizeof longer, "%.*s", (int)(len + n), name);
    return has(dir, DATASET_FILE_FEATURES, DATASET_PLAIN, longer) ? len + n : len;
}

static int add_named(DatasetSplits *s, const char *dir, unsigned kinds, Err *err)
{
    DIR *d = opendir(dir);
    const char *name;
    int rc = 0, more = d ? 1 : -1;
    while (rc == 0 && more > 0 && (more = dir_next(d, &name)) > 0) {
        DatasetFile kind;
        size_t len;
        if (dataset_file_known(name, &kind, &len) && len > 0 && kinds & 1u << kind)
            rc = dataset_splits_add(s, name, whole_split(dir, name, len), err);
    }
    if (more < 0)
        rc = err_set(err, "%s: %s", dir, strerror(errno));
    if (d)
        closedir(d);
    return rc;
}

typedef struct {
    DatasetSplits *splits;
    Err *err;
} ArraySplits;

static int add_array(void *ctx, const char *name, int is_dataset)
{
    static const char suffix[] = "_captions";
    ArraySplits *a = ctx;
    size_t n = strlen(name), m = strlen(suffix);
    if (!is_dataset || n <= m || strcmp(name + n - m, suffix) != 0)
        return 0;
    return dataset_splits_add(a->splits, name, n - m, a->err);
}

static int add_captioned(DatasetSplits *s, const char *dir, Err *err)
{
    char *path = dataset_file_path(dir, DATASET_FILE_CAPTIONS, "");
    int there = path ? file_exists(path, err) : err_set(err, "out of memory"), rc = there < 0 ? -1 : 0;
    if (there > 0) {
        ArraySplits arrays = {s, err};
        H5 *h5 = h5_open(path, err);
        rc = h5 ? h5_each(h5, "/", add_array, &arrays, err) : -1;
        h5_close(h5, NULL);
    }
    free(path);
    return rc;
}

int dataset_splits(DatasetSplits *s, const char *dir, unsigned kinds, Err *err)
{
    int rc = add_named(s, dir, kinds, err);
    if (rc == 0 && kinds & 1u << DATASET_FILE_CAPTIONS)
        rc = add_captioned(s, dir, err);
    return rc;
}
