#include "pipeline/eval/training.h"

#include "io/data/annotations.h"
#include "io/data/dataset.h"
#include "io/data/record.h"
#include "pipeline/tokens/ptb.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

typedef struct {
    Hash *captions;
    TokenRule rule;
} Training;

static int add_text(const Training *t, const char *text, Err *err)
{
    char *tokens = tokens_of(text, PTB_ANY, t->rule);
    int rc = tokens && hash_add(t->captions, tokens, strlen(tokens)) >= 0 ? 0 : -1;
    free(tokens);
    return rc ? err_set(err, "out of memory") : 0;
}

/* --- a dataset --- */

static int add_dataset(const Training *t, const Dataset *data, Err *err)
{
    for (int64_t i = 0; i < data->n; i++) {
        const int32_t *words = dataset_caption(data, i, err);
        if (!words)
            return -1;
        char *text = vocab_text(&data->vocab, words, data->width);
        int rc = text ? add_text(t, text, err) : err_set(err, "out of memory");
        free(text);
        if (rc)
            return -1;
    }
    return 0;
}

static int read_dataset(const Training *t, const char *dir, Err *err)
{
    Dataset data = {0};
    int rc = dataset_open(&data, dir, "train", 0, err);
    if (!rc)
        rc = add_dataset(t, &data, err);
    dataset_close(&data);
    return rc;
}

/* --- a file --- */

static int add_annotation(void *ctx, int64_t image_id, const char *text, Err *err)
{
    (void)image_id;
    return add_text(ctx, text, err);
}

static int add_record(const Training *t, const Record *r, Err *err)
{
    for (int i = 0; i < r->n_references; i++)
        if (add_text(t, r->references[i], err))
            return -1;
    return r->n_references ? 0 : add_text(t, r->caption, err);
}

static int read_records(const Training *t, RecordReader *reader, Err *err)
{
    Record r;
    const char *line;
    size_t len;
    int rc;
    while ((rc = record_next(reader, &r, &line, &len, err)) > 0) {
        rc = add_record(t, &r, err);
        record_free(&r);
        if (rc)
            return err_prefix(err, "%s: ", record_place(reader));
    }
    return rc;
}

/* Whether the first line is not a record: annotations are one JSON object on a line, or over many. */
static int is_annotations(const char *path)
{
    const char *line;
    size_t len;
    RecordReader *reader = record_open(path, NULL);
    int rc = reader ? record_line(reader, &line, &len, NULL) : -1;
    if (rc > 0) {
        Json *json = json_parse_object(line, len, NULL);
        rc = json && json_member(json, "caption") ? 0 : 1;
        json_free(json);
    }
    record_close(reader);
    return rc != 0;
}

static int read_file(const Training *t, const char *path, Err *err)
{
    if (is_annotations(path))
        return annotations_each(path, add_annotation, (void *)t, err);
    RecordReader *reader = record_open(path, err);
    int rc = reader ? read_records(t, reader, err) : -1;
    record_close(reader);
    return rc;
}

int training_read(Hash *captions, const char *path, TokenRule rule, Err *err)
{
    const Training t = {captions, rule};
    struct stat st;
    int is_file = !stat(path, &st) && !S_ISDIR(st.st_mode);
    int rc = is_file ? read_file(&t, path, err) : read_dataset(&t, path, err);
    return rc || hash_count(captions) ? rc : err_set(err, "%s: no captions", path);
}
