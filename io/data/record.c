#include "io/data/record.h"

#include "io/base/err.h"
#include "io/file/line_reader.h"
#include "io/net/url.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_MAX_BYTES = 16 << 20 };

/* --- reading one --- */

static int copy_text(char **out, const char *text, Err *err)
{
    *out = strdup(text);
    return *out ? 0 : err_set(err, "out of memory");
}

/* An optional string: stays NULL if the key is absent. */
static int read_text(char **out, const Json *json, const char *key, Err *err)
{
    const char *text;
    int rc = json_get_text(json, key, &text, err);
    return rc > 0 ? copy_text(out, text, err) : rc;
}

static int read_url(Record *r, const Json *json, Err *err)
{
    const char *text;
    int rc = json_get_text(json, "url", &text, err);
    if (rc > 0 && !(r->url = url_trimmed(text, strlen(text))))
        rc = err_set(err, "out of memory");
    return rc;
}

static int read_references(Record *r, const Json *json, Err *err)
{
    const Json *list;
    int rc = json_get_array(json, "references", &list, err);
    if (rc <= 0)
        return rc;
    int n = json_length(list);
    r->has_references = 1;
    r->references = calloc(n ? (size_t)n : 1, sizeof *r->references);
    if (!r->references)
        return err_set(err, "out of memory");
    for (const Json *e = json_first(list); e; e = json_next(e)) {
        const char *text = json_text(e);
        if (!text)
            return err_set(err, "\"references\": element %d is not a string", r->n_references + 1);
        if (copy_text(&r->references[r->n_references], text, err))
            return -1;
        r->n_references++;
    }
    return 0;
}

/* Not part of the contract: anything but a number is ignored. */
static void read_score(Record *r, const Json *json)
{
    static const char *const KEY[] = {"score", "CIDEr"};
    Err why;
    for (int i = 0; i < 2 && !r->score_name; i++)
        if (json_get_real(json, KEY[i], &r->score, &why) > 0)
            r->score_name = KEY[i];
}

/* Anything but numbers is ignored. */
static int read_word_logprobs(Record *r, const Json *json, Err *err)
{
    const Json *list;
    Err why;
    if (json_get_array(json, "word_logprobs", &list, &why) <= 0)
        return 0;
    int n = json_length(list), i = 0;
    double *values = malloc(((size_t)n + 1) * sizeof *values);
    if (!values)
        return err_set(err, "out of memory");
    for (const Json *e = json_first(list); e && i < n && !json_real(e, &values[i]); e = json_next(e))
        i++;
    if (i == n) {
        r->word_logprobs = values;
        r->n_word_logprobs = n;
    } else {
        free(values);
    }
    return 0;
}

static int read_members(Record *r, const Json *json, Err *err)
{
    int rc = json_get_id(json, "image_id", &r->image_id, err);
    if (rc == 0)
        return err_set(err, "no \"image_id\"");
    if (rc < 0 || json_get_int(json, "row", 0, INT64_MAX, &r->row, err) < 0 ||
        json_get_real(json, "logprob", &r->logprob, err) < 0 || read_text(&r->caption, json, "caption", err) < 0)
        return -1;
    if (!r->caption)
        return err_set(err, "no \"caption\"");
    read_score(r, json);
    if (read_text(&r->split, json, "split", err) < 0 || read_text(&r->file, json, "file", err) < 0 ||
        read_url(r, json, err) < 0 || read_word_logprobs(r, json, err))
        return -1;
    return read_references(r, json, err);
}

int record_read(Record *record, const Json *json, Err *err)
{
    *record = (Record){.row = -1, .logprob = NAN, .score = NAN};
    int rc = json_is_object(json) ? read_members(record, json, err) : err_set(err, "not a JSON object");
    if (rc)
        record_free(record);
    return rc;
}

int record_parse(Record *record, const char *line, size_t len, Err *err)
{
    memset(record, 0, sizeof *record);
    if (len && *line == '[')
        return err_set(err, "not a JSON object but an array: expected one record per line");
    Json *json = json_parse_object(line, len, err);
    if (!json)
        return -1;
    int rc = record_read(record, json, err);
    json_free(json);
    return rc;
}

int record_is_blank(const Record *r)
{
    return !r->caption[strspn(r->caption, " \t\r\n")];
}

int record_exact(const Record *r)
{
    for (int k = 0; k < r->n_references && !record_is_blank(r); k++)
        if (!strcmp(r->references[k], r->caption))
            return k;
    return -1;
}

void record_free(Record *r)
{
    for (int i = 0; i < r->n_references; i++)
        free(r->references[i]);
    free(r->references);
    free(r->split);
    free(r->file);
    free(r->url);
    free(r->caption);
    free(r->word_logprobs);
    memset(r, 0, sizeof *r);
}

/* --- writing --- */

static int put_member(FILE *out, const char *key, const char *text, Err *err)
{
    if (!text)
        return 0;
    fprintf(out, ",\"%s\":", key);
    return json_put_text(out, text) ? err_set(err, "record: \"%s\" is not UTF-8", key) : 0;
}

static int put_references(FILE *out, const Record *r, Err *err)
{
    fputs(",\"references\":[", out);
    for (int i = 0; i < r->n_references; i++) {
        if (i)
            putc(',', out);
        if (json_put_text(out, r->references[i]))
            return err_set(err, "record: reference %d is not UTF-8", i + 1);
    }
    putc(']', out);
    return 0;
}

static void put_logprob(FILE *out, double logprob)
{
    if (!isnan(logprob)) {
        fputs(",\"logprob\":", out);
        json_put_real(out, logprob);
    }
}

static void put_word_logprobs(FILE *out, const Record *r)
{
    fputs(",\"word_logprobs\":[", out);
    for (int i = 0; i < r->n_word_logprobs; i++) {
        if (i)
            putc(',', out);
        json_put_real(out, r->word_logprobs[i]);
    }
    putc(']', out);
}

static int put_candidates(FILE *out, const Record *r, Err *err)
{
    fputs(",\"candidates\":[", out);
    for (int i = 0; i < r->n_candidates; i++) {
        fputs(i ? ",{\"caption\":" : "{\"caption\":", out);
        if (json_put_text(out, r->candidates[i].caption))
            return err_set(err, "record: candidate %d is not UTF-8", i + 1);
        put_logprob(out, r->candidates[i].logprob);
        putc('}', out);
    }
    putc(']', out);
    return 0;
}

int record_write(FILE *out, const Record *r, Err *err)
{
    if (isinf(r->logprob))
        return err_set(err, "record: \"logprob\" is infinite");
    errno = 0;
    fprintf(out, "{\"image_id\":%" PRId64, r->image_id);
    if (put_member(out, "split", r->split, err))
        return -1;
    if (r->row >= 0)
        fprintf(out, ",\"row\":%" PRId64, r->row);
    if (put_member(out, "file", r->file, err) || put_member(out, "url", r->url, err) ||
        put_member(out, "caption", r->caption ? r->caption : "", err))
        return -1;
    put_logprob(out, r->logprob);
    if (r->word_logprobs)
        put_word_logprobs(out, r);
    if (r->candidates && put_candidates(out, r, err))
        return -1;
    if (r->has_references && put_references(out, r, err))
        return -1;
    fputs("}\n", out);
    if (ferror(out))
        return err_set(err, "write: %s", errno ? strerror(errno) : "failed");
    return 0;
}

/* --- a stream --- */

struct RecordReader {
    LineReader *in;
};

RecordReader *record_open(const char *path, Err *err)
{
    RecordReader *reader = calloc(1, sizeof *reader);
    if (!reader) {
        err_set(err, "%s: out of memory", path);
        return NULL;
    }
    reader->in = line_reader_open(path, LINE_MAX_BYTES, err);
    if (!reader->in) {
        free(reader);
        return NULL;
    }
    return reader;
}

void record_close(RecordReader *r)
{
    if (r)
        line_reader_close(r->in);
    free(r);
}

int record_line(RecordReader *r, const char **line, size_t *len, Err *err)
{
    LineAnswer answer;
    do
        answer = line_reader_next(r->in, line, len, err);
    while (answer == LINE_READ && line_is_blank(*line, *len));
    return (int)answer;
}

int record_is_array(RecordReader *r)
{
    return line_reader_peek(r->in) == '[';
}

char *record_rest(RecordReader *r, size_t max, size_t *len, Err *err)
{
    return line_reader_rest(r->in, max, len, err);
}

const char *record_name(const RecordReader *r)
{
    return line_reader_name(r->in);
}

const char *record_place(const RecordReader *r)
{
    return line_reader_place(r->in);
}

int64_t record_number(const RecordReader *r)
{
    return line_reader_number(r->in);
}

const char *record_place_of(const RecordReader *r, int64_t number)
{
    return line_reader_place_of(r->in, number);
}

int record_next(RecordReader *r, Record *record, const char **line, size_t *len, Err *err)
{
    memset(record, 0, sizeof *record);
    int rc = record_line(r, line, len, err);
    if (rc > 0 && record_parse(record, *line, *len, err))
        rc = err_prefix(err, "%s: ", record_place(r));
    return rc;
}
