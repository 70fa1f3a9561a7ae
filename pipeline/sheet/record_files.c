#include "pipeline/sheet/record_files.h"

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
} Split;

struct RecordFiles {
    Split *split;
    size_t n;
};

/* A list that cannot be read counts as none: the images are looked for elsewhere. */
static bool read_list(Lines *lines, const char *data, DatasetFile kind, const char *split)
{
    char *path = dataset_file_path(data, kind, split);
    if (path && file_exists(path))
        (void)lines_read(lines, path, NULL);
    free(path);
    return path != NULL;
}

static bool read_splits(RecordFiles *f, const char *data, const DatasetSplits *splits)
{
    f->split = calloc((size_t)splits->n + 1, sizeof *f->split);
    for (; f->split && f->n < (size_t)splits->n; f->n++) {
        Split *s = &f->split[f->n];
        memcpy(s->name, splits->name[f->n], sizeof s->name);
        if (!read_list(&s->files, data, DATASET_FILE_IMAGES, s->name) ||
            !read_list(&s->urls, data, DATASET_FILE_URLS, s->name))
            return false;
    }
    return f->split != NULL;
}

RecordFiles *record_files_open(const char *data, Err *err)
{
    RecordFiles *f = calloc(1, sizeof *f);
    DatasetSplits splits = {NULL, 0};
    if (data && file_exists(data))
        (void)dataset_splits(&splits, data, 1u << DATASET_FILE_IMAGES, NULL);
    bool done = f && read_splits(f, data, &splits);
    dataset_splits_free(&splits);
    if (done)
        return f;
    record_files_close(f);
    err_set(err, "out of memory");
    return NULL;
}

void record_files_close(RecordFiles *f)
{
    for (size_t i = 0; f && i < f->n; i++) {
        lines_free(&f->split[i].files);
        lines_free(&f->split[i].urls);
    }
    if (f)
        free(f->split);
    free(f);
}

/* The row of the image in the split; -1: it is not there. Without a row the id decides: that of an image whose name has
 * none is its row, which counts only if the record names the split. */
static int64_t find_row(const Split *s, const Record *r)
{
    if (r->split && strcmp(r->split, s->name) != 0)
        return -1;
    int64_t n = (int64_t)s->files.n;
    if (r->split && r->row >= 0)
        return r->row < n ? r->row : -1;
    for (int64_t i = 0; i < n; i++)
        if (coco_image_id(s->files.line[i], r->split ? i : -1) == r->image_id)
            return i;
    return -1;
}

static int set_text(char **to, const Lines *lines, int64_t row, Err *err)
{
    if ((size_t)row >= lines->n || !*lines->line[row])
        return 0;
    *to = strdup(lines->line[row]);
    return *to ? 0 : err_set(err, "out of memory");
}

int record_files_fill(const RecordFiles *f, Record *r, Err *err)
{
    for (size_t i = 0; i < f->n && !r->file && !r->url; i++) {
        int64_t row = find_row(&f->split[i], r);
        if (row >= 0 &&
            (set_text(&r->file, &f->split[i].files, row, err) || set_text(&r->url, &f->split[i].urls, row, err)))
            return -1;
    }
    return 0;
}
