#include "pipeline/sheet/record_files.h"

#include "io/data/dataset.h"
#include "io/file/file.h"
#include "io/file/line_reader.h"

#include <glob.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    char *name;
    Lines files, urls;
} Split;

struct RecordFiles {
    Split *split;
    size_t n;
};

static const char FILES[] = "2014_images.txt", URLS[] = "2014_urls.txt";

/* A list that cannot be read counts as none: the images are looked for elsewhere. */
static bool read_split(Split *s, const char *dir, const char *list)
{
    const char *base = strrchr(list, '/') + 1;
    char *urls;
    s->name = strndup(base, strlen(base) - strlen(FILES));
    if (!s->name || asprintf(&urls, "%s/%s%s", dir, s->name, URLS) < 0)
        return false;
    (void)lines_read(&s->files, list, NULL);
    if (file_exists(urls))
        (void)lines_read(&s->urls, urls, NULL);
    free(urls);
    return true;
}

RecordFiles *record_files_open(const char *data, Err *err)
{
    RecordFiles *f = calloc(1, sizeof *f);
    char *pattern = data ? path_join(data, "*2014_images.txt") : NULL;
    glob_t found = {.gl_pathc = 0};
    bool done = f && (!data || pattern);
    if (done && data && !glob(pattern, 0, NULL, &found)) {
        f->split = calloc(found.gl_pathc, sizeof *f->split);
        done = f->split != NULL;
        for (size_t i = 0; i < found.gl_pathc && done; i++)
            done = read_split(&f->split[f->n++], data, found.gl_pathv[i]);
    }
    globfree(&found);
    free(pattern);
    if (done)
        return f;
    record_files_close(f);
    err_set(err, "out of memory");
    return NULL;
}

void record_files_close(RecordFiles *f)
{
    for (size_t i = 0; f && i < f->n; i++) {
        free(f->split[i].name);
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
