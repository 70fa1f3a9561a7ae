#include "pipeline/sheet/record_files.h"

#include "io/base/hash.h"
#include "io/data/dataset.h"
#include "io/data/dataset_files.h"
#include "io/file/file.h"
#include "io/file/line_reader.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    char name[DATASET_SPLIT_LEN];
    Lines files, urls;
    Lines numbers; /* the images' ids, where the dataset has a list of them */
    Hash *ids;     /* of the images that have one; NULL: not needed yet */
    int64_t *row;  /* (ids) the first image with the id, by its number in `ids` */
} Split;

struct RecordFiles {
    char *data; /* the directory whose lists are still to be read, or NULL */
    Split *split;
    size_t n;
};

/* A list that cannot be read counts as none: the images are looked for elsewhere. */
static bool read_list(Lines *lines, const char *data, DatasetFile kind, const char *split)
{
    char *path = dataset_file_path(data, kind, split);
    if (path)
        (void)lines_read(lines, path, NULL);
    free(path);
    return path != NULL;
}

static bool read_splits(RecordFiles *f, const DatasetSplits *splits)
{
    f->split = calloc((size_t)splits->n + 1, sizeof *f->split);
    for (; f->split && f->n < (size_t)splits->n; f->n++) {
        Split *s = &f->split[f->n];
        memcpy(s->name, splits->name[f->n], sizeof s->name);
        if (!read_list(&s->files, f->data, DATASET_FILE_IMAGES, s->name) ||
            !read_list(&s->urls, f->data, DATASET_FILE_URLS, s->name) ||
            !read_list(&s->numbers, f->data, DATASET_FILE_IDS, s->name))
            return false;
    }
    return f->split != NULL;
}

RecordFiles *record_files_open(const char *data, Err *err)
{
    RecordFiles *f = calloc(1, sizeof *f);
    if (f && data)
        f->data = strdup(data);
    if (f && (!data || f->data))
        return f;
    record_files_close(f);
    err_set(err, "out of memory");
    return NULL;
}

void record_files_close(RecordFiles *f)
{
    if (!f)
        return;
    for (size_t i = 0; i < f->n; i++) {
        lines_free(&f->split[i].files);
        lines_free(&f->split[i].urls);
        lines_free(&f->split[i].numbers);
        hash_free(f->split[i].ids);
        free(f->split[i].row);
    }
    free(f->split);
    free(f->data);
    free(f);
}

/* Reads the lists if that has not been done. */
static int need_lists(RecordFiles *f, Err *err)
{
    if (!f->data)
        return 0;
    DatasetSplits splits = {NULL, 0};
    (void)dataset_splits(&splits, f->data, 1u << DATASET_FILE_IMAGES, NULL);
    bool done = read_splits(f, &splits);
    dataset_splits_free(&splits);
    free(f->data);
    f->data = NULL;
    return done ? 0 : err_set(err, "out of memory");
}

/* The id of an image by the dataset's list, or by its name; -1: its row is its id. */
static int64_t id_of(const Split *s, size_t i)
{
    int64_t id;
    return i < s->numbers.n && dataset_read_id(s->numbers.line[i], &id) ? id : coco_image_id(s->files.line[i], -1);
}

/* Fills ids and row if that has not been done. */
static int need_ids(Split *s, Err *err)
{
    if (s->ids)
        return 0;
    s->ids = hash_new();
    s->row = malloc((s->files.n + 1) * sizeof *s->row);
    if (!s->ids || !s->row)
        return err_set(err, "out of memory");
    for (size_t i = 0; i < s->files.n; i++) {
        int64_t id = id_of(s, i);
        int32_t known = hash_count(s->ids), number = id < 0 ? 0 : hash_add(s->ids, &id, sizeof id);
        if (number < 0)
            return err_set(err, "out of memory");
        if (hash_count(s->ids) > known)
            s->row[number] = (int64_t)i;
    }
    return 0;
}

/* The first image of the split that has the id. An image whose name has none has its row, which counts if the record
 * names the split. -1: there is none. */
static int64_t row_of_id(const Split *s, const Record *r)
{
    int64_t id = r->image_id, n = (int64_t)s->files.n;
    int32_t number = hash_find(s->ids, &id, sizeof id);
    bool by_row = r->split && id >= 0 && id < n && id_of(s, (size_t)id) < 0;
    if (number >= 0 && (!by_row || s->row[number] < id))
        return s->row[number];
    return by_row ? id : -1;
}

/* *row becomes that of the image in the split, or -1. Without a row the id decides. */
static int find_row(Split *s, const Record *r, int64_t *row, Err *err)
{
    *row = -1;
    if (r->split && strcmp(r->split, s->name) != 0)
        return 0;
    if (r->split && r->row >= 0) {
        *row = r->row < (int64_t)s->files.n ? r->row : -1;
        return 0;
    }
    if (need_ids(s, err))
        return -1;
    *row = row_of_id(s, r);
    return 0;
}

static int set_text(char **to, const Lines *lines, int64_t row, Err *err)
{
    if ((size_t)row >= lines->n || !*lines->line[row])
        return 0;
    *to = strdup(lines->line[row]);
    return *to ? 0 : err_set(err, "out of memory");
}

int record_files_fill(RecordFiles *f, Record *r, Err *err)
{
    if (r->file || r->url)
        return 0;
    if (need_lists(f, err))
        return -1;
    for (size_t i = 0; i < f->n && !r->file && !r->url; i++) {
        int64_t row;
        if (find_row(&f->split[i], r, &row, err))
            return -1;
        if (row >= 0 &&
            (set_text(&r->file, &f->split[i].files, row, err) || set_text(&r->url, &f->split[i].urls, row, err)))
            return -1;
    }
    return 0;
}
