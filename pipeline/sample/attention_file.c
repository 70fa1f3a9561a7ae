#include "pipeline/sample/attention_file.h"

#include "io/base/utf8.h"
#include "io/file/file.h"
#include "io/hdf5/h5.h"
#include "pipeline/common/caption_checksum.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { VERSION = 1 };

struct AttentionFile {
    OutFile out;
    H5Append *array, *checksums;
    int places, steps;
    const int64_t *row; /* (n) */
    int64_t n, next;
    float *weights; /* (steps,places) */
};

/* Where a part of each picture was cut out. */
static int put_crop(H5 *h5, const Origin *o, Err *err)
{
    bool crop = o->fit && !strcmp(o->fit, "crop") && o->input_width > 0 && o->input_height > 0;
    return crop ? h5_put_real(h5, "/", "crop_aspect", (double)o->input_width / (double)o->input_height, err) : 0;
}

static int put_attributes(H5 *h5, const AttentionShape *s, const Origin *origin, Err *err)
{
    if (h5_put_text(h5, "/", "format", "coco-attention", err) || h5_put_int(h5, "/", "version", VERSION, err) ||
        (s->split && h5_put_text(h5, "/", "split", s->split, err)) || put_crop(h5, origin, err))
        return -1;
    return s->down && (h5_put_int(h5, "/", "grid_rows", s->down, err) ||
                       h5_put_int(h5, "/", "grid_columns", s->across, err))
               ? -1
               : 0;
}

static int write_rows(H5 *h5, const AttentionShape *s, Err *err)
{
    int32_t *rows = malloc((size_t)s->n * sizeof *rows + 1);
    const char **files = s->file ? malloc((size_t)s->n * sizeof *files + 1) : NULL;
    int rc = rows && (!s->file || files) ? 0 : err_set(err, "out of memory");
    for (int64_t i = 0; i < s->n && rc == 0; i++) {
        rows[i] = (int32_t)s->row[i];
        if (files)
            files[i] = utf8_valid(s->file[s->row[i]], strlen(s->file[s->row[i]])) ? s->file[s->row[i]] : "";
    }
    if (rc == 0)
        rc = h5_write_ints(h5, "rows", 1, &s->n, rows, err);
    if (rc == 0 && files)
        rc = h5_write_strings(h5, "files", s->n, files, err);
    free(rows);
    free(files);
    return rc;
}

/* All but the weights, which are appended. */
static int write_head(const char *place, const AttentionShape *s, const Origin *origin, Err *err)
{
    H5 *h5 = h5_create(place, err);
    if (!h5)
        return -1;
    if (put_attributes(h5, s, origin, err) == 0 && write_rows(h5, s, err) == 0)
        return h5_close(h5, err);
    h5_discard(h5);
    return -1;
}

AttentionFile *attention_file_begin(const char *path, const AttentionShape *s, const Origin *origin, Err *err)
{
    const int64_t dim[3] = {s->n, s->steps, s->places};
    AttentionFile *f = calloc(1, sizeof *f);
    if (!f) {
        err_set(err, "out of memory");
        return NULL;
    }
    if (outfile_begin(&f->out, path, err)) {
        free(f);
        return NULL;
    }
    f->places = s->places;
    f->steps = s->steps;
    f->row = s->row;
    f->n = s->n;
    f->weights = malloc((size_t)s->steps * (size_t)s->places * sizeof *f->weights);
    if (!f->weights)
        err_set(err, "out of memory");
    else if (write_head(f->out.path, s, origin, err) == 0)
        f->checksums = h5_append_begin_ints(f->out.path, CAPTION_CHECKSUMS, s->n, err);
    if (f->checksums)
        f->array = h5_append_begin(f->out.path, ATTENTION_ARRAY, 4, 3, dim, err);
    if (f->array)
        return f;
    attention_file_abort(f);
    return NULL;
}

/* Appends the weights with NaN after the first `steps` steps, and the caption's checksum. */
static int append(AttentionFile *f, int steps, int32_t checksum, Err *err)
{
    size_t all = (size_t)f->steps * (size_t)f->places;
    for (size_t i = (size_t)steps * (size_t)f->places; i < all; i++)
        f->weights[i] = NAN;
    f->next++;
    return h5_append_row(f->array, f->weights, err) || h5_append_int(f->checksums, checksum, err) ? -1 : 0;
}

/* An image that is left out. */
static int append_none(AttentionFile *f, Err *err)
{
    return append(f, 0, caption_checksum(""), err);
}

int attention_file_add(AttentionFile *f, int64_t row, const char *caption, const SearchResult *r, Err *err)
{
    size_t places = (size_t)f->places;
    int steps = 0;
    while (f->next < f->n && f->row[f->next] != row)
        if (append_none(f, err))
            return -1;
    for (int i = 0; i < r->n; i++)
        if (r->words[i] != WORD_NULL && r->words[i] != WORD_START)
            memcpy(f->weights + (size_t)steps++ * places, r->attention + (size_t)i * places,
                   places * sizeof *f->weights);
    return append(f, steps, caption_checksum(caption), err);
}

int attention_file_end(AttentionFile *f, Err *err)
{
    int rc = 0;
    while (f->next < f->n && rc == 0)
        rc = append_none(f, err);
    if (rc) {
        attention_file_abort(f);
        return -1;
    }
    rc = h5_append_end(f->array, err);
    if (h5_append_end(f->checksums, rc ? NULL : err))
        rc = -1;
    if (rc)
        outfile_abort(&f->out);
    else
        rc = outfile_commit(&f->out, err);
    free(f->weights);
    free(f);
    return rc;
}

void attention_file_abort(AttentionFile *f)
{
    if (!f)
        return;
    h5_append_abort(f->array);
    h5_append_abort(f->checksums);
    outfile_abort(&f->out);
    free(f->weights);
    free(f);
}
