#include "io/data/record.h"

#include "io/base/err.h"
#include "io/file/file.h"
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

/* An optional string: left NULL where the key is absent. */
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

/* No part of the contract: what is no number is no score. */
static double read_score(const Json *json)
{
    static const char *const KEY[] = {"score", "CIDEr"};
    Err why;
    double score;
    for (int i = 0; i < 2; i++)
        if (json_get_real(json, KEY[i], &score, &why) > 0)
            return score;
    return NAN;
}

static int read_members(Record *r, const Json *json, Err *err)
{
    int rc = json_get_int(json, "image_id", 0, INT64_MAX, &r->image_id, err);
    if (rc == 0)
        return err_set(err, "no \"image_id\"");
    if (rc < 0 || json_get_int(json, "row", 0, INT64_MAX, &r->row, err) < 0 ||
        json_get_real(json, "logprob", &r->logprob, err) < 0 || read_text(&r->caption, json, "caption", err) < 0)
        return -1;
    if (!r->caption)
        return err_set(err, "no \"caption\"");
    r->score = read_score(json);
    if (read_text(&r->split, json, "split", err) < 0 || read_text(&r->file, json, "file", err) < 0 ||
        read_url(r, json, err) < 0)
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
        return err_set(err, "not a JSON object but an array: records stand one a line");
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
    if (!isnan(r->logprob)) {
        fputs(",\"logprob\":", out);
        json_put_real(out, r->logprob);
    }
    if (r->has_references && put_references(out, r, err))
        return -1;
    fputs("}\n", out);
    if (ferror(out))
        return err_set(err, "write: %s", errno ? strerror(errno) : "failed");
    return 0;
}

/* --- a stream --- */

struct RecordReader {
    FILE *in;
    char *name;
    char *line; /* getline's */
    size_t room;
    int64_t number; /* of the line */
    char *place;
    size_t place_len;
};

RecordReader *record_open(const char *path, Err *err)
{
    int is_stdin = !strcmp(path, "-");
    RecordReader *reader = calloc(1, sizeof *reader);
    if (!reader) {
        err_set(err, "%s: out of memory", path);
        return NULL;
    }
    reader->name = strdup(is_stdin ? "standard input" : path);
    reader->place_len = strlen(path) + 64;
    reader->place = calloc(1, reader->place_len);
    if (!reader->name || !reader->place) {
        err_set(err, "%s: out of memory", path);
        record_close(reader);
        return NULL;
    }
    reader->in = is_stdin ? stdin : fopen(path, "re");
    if (!reader->in) {
        err_set(err, "%s: %s", path, strerror(errno));
        record_close(reader);
        return NULL;
    }
    return reader;
}

/* Like getline, but a line without end does not eat the memory. The length, -1 at the end of the file,
 * -2 for a line that is too long, -3 without memory. */
static ssize_t read_line(RecordReader *r)
{
    size_t n = 0;
    for (int c;;) {
        if (n + 2 > r->room) {
            size_t room = r->room ? r->room * 2 : 4096;
            char *grown = realloc(r->line, room);
            if (!grown)
                return -3;
            r->line = grown;
            r->room = room;
        }
        c = getc_unlocked(r->in);
        if (c == EOF && n == 0)
            return -1;
        if (c == EOF || c == '\n')
            break;
        if (n >= LINE_MAX_BYTES)
            return -2;
        r->line[n++] = (char)c;
    }
    r->line[n] = '\0';
    return (ssize_t)n;
}

int record_line(RecordReader *r, const char **line, size_t *len, Err *err)
{
    for (;;) {
        errno = 0;
        ssize_t n = read_line(r);
        if (n == -1 && !ferror(r->in))
            return 0;
        r->number++;
        if (n == -1)
            return err_set(err, "%s: %s", r->name, errno ? strerror(errno) : "read error");
        if (n == -2)
            return err_set(err, "%s: longer than %d MiB", record_place(r), LINE_MAX_BYTES >> 20);
        if (n < 0)
            return err_set(err, "%s: out of memory", record_place(r));
        if (n && r->line[n - 1] == '\r')
            r->line[--n] = '\0';
        if (strspn(r->line, " \t") == (size_t)n)
            continue;
        *line = r->line;
        *len = (size_t)n;
        return 1;
    }
}

int record_is_array(RecordReader *r)
{
    int c;
    while ((c = getc_unlocked(r->in)) == ' ' || c == '\t' || c == '\r' || c == '\n')
        r->number += c == '\n';
    if (c != EOF)
        ungetc(c, r->in);
    return c == '[';
}

char *record_rest(RecordReader *r, size_t max, size_t *len, Err *err)
{
    return file_rest(r->in, r->name, max, len, err);
}

const char *record_name(const RecordReader *r)
{
    return r->name;
}

const char *record_place(const RecordReader *r)
{
    snprintf(r->place, r->place_len, "%s: line %" PRId64, r->name, r->number);
    return r->place;
}

int record_next(RecordReader *r, Record *record, const char **line, size_t *len, Err *err)
{
    Err why;
    memset(record, 0, sizeof *record);
    int rc = record_line(r, line, len, err);
    if (rc > 0 && record_parse(record, *line, *len, &why))
        rc = err_set(err, "%s: %s", record_place(r), why.text);
    return rc;
}

void record_close(RecordReader *r)
{
    if (!r)
        return;
    if (r->in && r->in != stdin)
        fclose(r->in);
    free(r->name);
    free(r->place);
    free(r->line);
    free(r);
}
