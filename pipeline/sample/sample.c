#include "pipeline/sample/sample.h"

#include "io/base/utf8.h"
#include "io/data/dataset.h"
#include "io/hdf5/h5.h"
#include "pipeline/common/dataset_check.h"
#include "pipeline/common/dataset_place.h"
#include "pipeline/common/model_file.h"
#include "pipeline/sample/endings.h"
#include "pipeline/sample/rows.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* One run. */
typedef struct {
    const SampleOptions *options;
    const Report *report;
    FILE *out;
    Model model;
    Dataset data;         /* with --features, empty except for the features */
    const char *features; /* the path of the features, for messages */
    bool warned_of_zeros;
    RowList rows;
    Search *search;
    int batch;             /* images at a time */
    float *gathered;       /* (batch,D) */
    SearchResult *results; /* (batch) */
    int32_t *words;        /* (batch,max_length) */
    bool *not_last;        /* (V), with bad_endings */
    int64_t written;       /* captions */
} Run;

/* --- start --- */

/* The names of the images of bare features. */
static int read_files(Run *r, Err *err)
{
    const char *path = r->options->files;
    Lines *files = &r->data.files;
    if (lines_read(files, path, err))
        return -1;
    if ((int64_t)files->n != r->data.features.rows)
        return err_set(err, "%s: %zu lines, but %s has %lld rows", path, files->n, r->features,
                       (long long)r->data.features.rows);
    for (size_t i = 0; i < files->n; i++)
        if (!utf8_valid(files->line[i], strlen(files->line[i])))
            return err_set(err, "%s: line %zu: not UTF-8", path, i + 1);
    return 0;
}

/* The dataset's name; the model's own dataset comes first if that was asked for. The caller frees. */
static char *choose_data(const Run *r, Err *err)
{
    const SampleOptions *o = r->options;
    const char *dir = o->data;
    TrainState s;
    bool own = o->own_data && model_peek(&s, o->model, NULL) == 1;
    if (own) {
        const char *const names[] = {s.settings.data, s.data_absolute, o->data};
        int at = dataset_place(names, 3, o->model, err);
        dir = at < 0 ? NULL : names[at];
        if (dir)
            report_note(r->report, "the dataset is %s", dir);
    }
    char *copy = dir ? strdup(dir) : NULL;
    if (dir && !copy)
        err_set(err, "out of memory");
    if (own)
        train_state_free(&s);
    return copy;
}

static int open_dataset(Run *r, Err *err)
{
    int flags = DATASET_CAPTIONS_OPTIONAL | DATASET_LISTS | (r->options->raw_features ? DATASET_RAW : 0);
    char *dir = choose_data(r, err);
    int rc = dir ? dataset_open(&r->data, dir, r->options->split, flags, err) : -1;
    r->features = r->data.features_path;
    free(dir);
    return rc;
}

static int open_inputs(Run *r, Err *err)
{
    const SampleOptions *o = r->options;
    if (model_load(&r->model, o->model, err))
        return -1;
    if (o->features) {
        r->features = o->features;
        if (features_open(&r->data.features, o->features, err) || (o->files && read_files(r, err)))
            return -1;
    } else if (open_dataset(r, err)) {
        return -1;
    }
    if (dataset_index(&r->data, err))
        return -1;
    return model_fits(&r->model, o->model, r->data.features.columns, r->features,
                      o->features ? NULL : &r->data.vocab, r->data.dir, err);
}

/* Enough images at a time to keep every thread in full tiles; fewer with a wide beam. */
static int batch_of(const SampleOptions *o, int64_t rows)
{
    enum { ROWS = 1024, LEAST = 32 };
    int64_t n = ROWS / o->search.beam;
    if (n < LEAST)
        n = LEAST;
    return (int)(n < rows ? n : rows ? rows : 1);
}

static int alloc_work(Run *r, Err *err)
{
    const SampleOptions *o = r->options;
    size_t length = (size_t)o->search.max_length;
    SearchOptions search = o->search;
    if (o->bad_endings && !(r->not_last = bad_endings(&r->model.vocab)))
        return err_set(err, "out of memory");
    search.rules.not_last = r->not_last;
    r->batch = batch_of(o, r->rows.n);
    r->search = search_new(&r->model.params, &search, r->batch);
    r->gathered = malloc((size_t)r->batch * (size_t)r->data.features.columns * sizeof *r->gathered);
    r->results = calloc((size_t)r->batch, sizeof *r->results);
    r->words = malloc((size_t)r->batch * length * sizeof *r->words);
    if (!r->search || !r->gathered || !r->results || !r->words)
        return err_set(err, "no memory to caption %d images at a time", r->batch);
    for (int i = 0; i < r->batch; i++)
        r->results[i].words = r->words + (size_t)i * length;
    return 0;
}

static int write_caption(Run *r, int64_t place, const SearchResult *result, Err *err)
{
    const CaptionFormat *format = r->options->format;
    char *caption = vocab_text(&r->model.vocab, result->words, result->n);
    if (!caption)
        return err_set(err, "out of memory");
    CaptionItem item = {&r->data, r->rows.row[place], caption, r->options->logprob ? result->logprob : NAN};
    int rc = fputs(r->written ? format->between : format->begin, r->out) == EOF
                 ? err_set(err, "cannot write: %s", strerror(errno))
                 : format->write(r->out, &item, err);
    free(caption);
    r->written += rc == 0;
    return rc;
}

/* --- the run --- */

static int caption_batch(Run *r, int64_t first, int n, Err *err)
{
    size_t D = (size_t)r->data.features.columns;
    for (int i = 0; i < n; i++) {
        const float *row = features_row(&r->data.features, r->features, r->rows.row[first + i], err);
        if (!row || (features_zero(&r->data.features, r->rows.row[first + i]) &&
                     check_zero_rows(&r->data.features, r->features, &r->warned_of_zeros, r->report, err)))
            return -1;
        memcpy(r->gathered + (size_t)i * D, row, D * sizeof *row);
    }
    search_run(r->search, &(SearchInput){r->gathered, NULL, r->rows.row + first, n}, r->results);
    for (int i = 0; i < n; i++)
        if (write_caption(r, first + i, &r->results[i], err))
            return -1;
    return 0;
}

static int caption_all(Run *r, Err *err)
{
    for (int64_t i = 0; i < r->rows.n && !report_stop(r->report); i += r->batch) {
        int n = (int)(r->rows.n - i < r->batch ? r->rows.n - i : r->batch);
        if (caption_batch(r, i, n, err))
            return -1;
        report_progress(r->report, i + n, r->rows.n);
    }
    const CaptionFormat *format = r->options->format;
    if (fprintf(r->out, "%s%s", r->written ? "" : format->begin, format->end) < 0)
        return err_set(err, "cannot write: %s", strerror(errno));
    return 0;
}

static void end(Run *r)
{
    search_free(r->search);
    free(r->gathered);
    free(r->results);
    free(r->words);
    free(r->not_last);
    rows_free(&r->rows);
    dataset_close(&r->data);
    model_free(&r->model);
}

int sample_run(const SampleOptions *o, FILE *out, const Report *report, Err *err)
{
    Run r = {.options = o, .report = report, .out = out};
    h5_allow_external(o->allow_external);
    int rc = open_inputs(&r, err);
    RowSelection rows = {.images = r.data.features.rows,
                         .split = o->features ? NULL : o->split,
                         .path = o->rows,
                         .first = o->first,
                         .shard = o->shard,
                         .shards = o->shards};
    if (rc == 0)
        rc = rows_select(&r.rows, &rows, err);
    if (rc == 0)
        rc = alloc_work(&r, err);
    if (rc == 0)
        rc = caption_all(&r, err);
    end(&r);
    return rc;
}
