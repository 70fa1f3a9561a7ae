#include "pipeline/sample/sample.h"

#include "io/data/dataset.h"
#include "io/data/json.h"
#include "io/data/record.h"
#include "pipeline/common/model_file.h"
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
    Dataset data;         /* with --features: all empty but the features */
    const char *features; /* path of the features, for messages */
    RowList rows;
    Search *search;
    int batch;             /* images at a time */
    float *gathered;       /* (batch,D) */
    SearchResult *results; /* (batch) */
    int32_t *words;        /* (batch,max_length) */
    int64_t written;       /* captions */
} Run;

/* --- start --- */

static int open_inputs(Run *r, Err *err)
{
    const SampleOptions *o = r->options;
    int flags = DATASET_CAPTIONS_OPTIONAL | DATASET_LISTS | (o->raw_features ? DATASET_RAW : 0);
    if (model_load(&r->model, o->model, err))
        return -1;
    if (o->features) {
        r->features = o->features;
        if (features_open(&r->data.features, o->features, err))
            return -1;
    } else {
        if (dataset_open(&r->data, o->data, o->split, flags, err))
            return -1;
        r->features = r->data.features_path;
    }
    if (dataset_index(&r->data, err))
        return -1;
    return model_fits(&r->model, o->model, r->data.features.columns, r->features,
                      o->features ? NULL : &r->data.vocab, o->data, err);
}

/* As many images at a time as keep every thread in full tiles; fewer with a wide beam. */
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
    r->batch = batch_of(o, r->rows.n);
    r->search = search_new(&r->model.params, &o->search, r->batch);
    r->gathered = malloc((size_t)r->batch * (size_t)r->data.features.columns * sizeof *r->gathered);
    r->results = calloc((size_t)r->batch, sizeof *r->results);
    r->words = malloc((size_t)r->batch * length * sizeof *r->words);
    if (!r->search || !r->gathered || !r->results || !r->words)
        return err_set(err, "no memory to caption %d images at a time", r->batch);
    for (int i = 0; i < r->batch; i++)
        r->results[i].words = r->words + (size_t)i * length;
    return 0;
}

/* --- records --- */

static const char *line_of(const Lines *lines, int64_t row)
{
    return row < (int64_t)lines->n && *lines->line[row] ? lines->line[row] : NULL;
}

/* The ground truth of an image. NULL: out of memory. */
static char **references(const Dataset *d, int64_t row, int *n)
{
    int64_t first = d->caption_at[row], count = d->caption_at[row + 1] - first;
    char **texts = calloc((size_t)count + 1, sizeof *texts);
    for (*n = 0; texts && *n < count; ++*n) {
        texts[*n] = vocab_text(&d->vocab, d->captions.ints + d->caption_of[first + *n] * d->width, d->width);
        if (!texts[*n]) {
            h5_free_strings(texts, *n);
            return NULL;
        }
    }
    return texts;
}

static int write_record(const Run *r, int64_t row, const SearchResult *result, const char *caption, Err *err)
{
    const Dataset *d = &r->data;
    const char *file = line_of(&d->files, row);
    Record record = {
        .image_id = coco_image_id(file, row),
        .row = row,
        .split = r->options->features ? NULL : (char *)d->split,
        .file = (char *)file,
        .url = (char *)line_of(&d->urls, row),
        .caption = (char *)caption,
        .logprob = r->options->logprob ? result->logprob : NAN,
        .has_references = 1,
    };
    record.references = references(d, row, &record.n_references);
    if (!record.references)
        return err_set(err, "out of memory");
    int rc = record_write(r->out, &record, err);
    h5_free_strings(record.references, record.n_references);
    return rc;
}

/* One object of the COCO tools' results array. */
static int write_coco(const Run *r, int64_t row, const char *caption)
{
    int64_t id = coco_image_id(line_of(&r->data.files, row), row);
    fprintf(r->out, "%s{\"image_id\":%lld,\"caption\":", r->written ? ",\n" : "[", (long long)id);
    json_put_text(r->out, caption);
    fputs("}", r->out);
    return ferror(r->out) ? -1 : 0;
}

static int write_result(Run *r, int64_t place, const SearchResult *result, Err *err)
{
    int64_t row = r->rows.row[place];
    char *caption = vocab_text(&r->model.vocab, result->words, result->n);
    int rc = 0;
    if (!caption)
        return err_set(err, "out of memory");
    switch (r->options->format) {
    case FORMAT_JSONL:
        rc = write_record(r, row, result, caption, err);
        break;
    case FORMAT_COCO:
        rc = write_coco(r, row, caption);
        break;
    case FORMAT_TEXT:
        rc = fprintf(r->out, "%s\n", caption) < 0 ? -1 : 0;
        break;
    }
    if (rc && r->options->format != FORMAT_JSONL)
        err_set(err, "cannot write: %s", strerror(errno));
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
        if (!row)
            return -1;
        memcpy(r->gathered + (size_t)i * D, row, D * sizeof *row);
    }
    search_run(r->search, r->gathered, r->rows.row + first, n, r->results);
    for (int i = 0; i < n; i++)
        if (write_result(r, first + i, &r->results[i], err))
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
    if (r->options->format == FORMAT_COCO && fputs(r->written ? "]\n" : "[]\n", r->out) == EOF)
        return err_set(err, "cannot write: %s", strerror(errno));
    return 0;
}

static void end(Run *r)
{
    search_free(r->search);
    free(r->gathered);
    free(r->results);
    free(r->words);
    rows_free(&r->rows);
    dataset_close(&r->data);
    model_free(&r->model);
}

int sample_run(const SampleOptions *o, FILE *out, const Report *report, Err *err)
{
    Run r = {.options = o, .report = report, .out = out};
    int rc = open_inputs(&r, err);
    if (rc == 0)
        rc = rows_select(&r.rows, r.data.features.rows, o->features ? NULL : o->split, o->rows, o->first, o->shard,
                         o->shards, err);
    if (rc == 0)
        rc = alloc_work(&r, err);
    if (rc == 0)
        rc = caption_all(&r, err);
    end(&r);
    return rc;
}
