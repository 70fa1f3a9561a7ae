#include "pipeline/sample/attention_file.h"

#include "io/file/file.h"
#include "io/hdf5/h5.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { VERSION = 1 };

struct AttentionFile {
    OutFile out;
    H5Append *array;
    int places, steps;
    float *row; /* (steps,places) */
};

static int put_attributes(H5 *h5, const AttentionShape *s, Err *err)
{
    if (h5_put_text(h5, "/", "format", "coco-attention", err) || h5_put_int(h5, "/", "version", VERSION, err) ||
        (s->split && h5_put_text(h5, "/", "split", s->split, err)))
        return -1;
    return s->down && (h5_put_int(h5, "/", "grid_rows", s->down, err) ||
                       h5_put_int(h5, "/", "grid_columns", s->across, err))
               ? -1
               : 0;
}

/* All but the weights, which are appended. */
static int write_head(const char *place, const AttentionShape *s, Err *err)
{
    int32_t *rows = malloc((size_t)s->n * sizeof *rows + 1);
    H5 *h5 = rows ? h5_create(place, err) : NULL;
    if (!h5) {
        free(rows);
        return rows ? -1 : err_set(err, "out of memory");
    }
    for (int64_t i = 0; i < s->n; i++)
        rows[i] = (int32_t)s->row[i];
    int rc = put_attributes(h5, s, err) || h5_write_ints(h5, "rows", 1, &s->n, rows, err) ? -1 : 0;
    free(rows);
    if (rc == 0)
        return h5_close(h5, err);
    h5_discard(h5);
    return -1;
}

AttentionFile *attention_file_begin(const char *path, const AttentionShape *s, Err *err)
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
    f->row = malloc((size_t)s->steps * (size_t)s->places * sizeof *f->row);
    if (!f->row)
        err_set(err, "out of memory");
    else if (write_head(f->out.path, s, err) == 0)
        f->array = h5_append_begin(f->out.path, "attention", 4, 3, dim, err);
    if (f->array)
        return f;
    attention_file_abort(f);
    return NULL;
}

int attention_file_add(AttentionFile *f, const SearchResult *r, Err *err)
{
    size_t known = (size_t)r->n * (size_t)f->places, all = (size_t)f->steps * (size_t)f->places;
    memcpy(f->row, r->attention, known * sizeof *f->row);
    for (size_t i = known; i < all; i++)
        f->row[i] = NAN;
    return h5_append_row(f->array, f->row, err);
}

int attention_file_end(AttentionFile *f, Err *err)
{
    int rc = h5_append_end(f->array, err);
    f->array = NULL;
    if (rc)
        outfile_abort(&f->out);
    else
        rc = outfile_commit(&f->out, err);
    free(f->row);
    free(f);
    return rc;
}

void attention_file_abort(AttentionFile *f)
{
    if (!f)
        return;
    h5_append_abort(f->array);
    outfile_abort(&f->out);
    free(f->row);
    free(f);
}
