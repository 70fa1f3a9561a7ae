#include "pipeline/eval/document_frequency.h"

#include "io/base/err.h"
#include "io/data/record.h"
#include "io/file/file.h"
#include "pipeline/eval/ngrams.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- writing --- */

typedef struct {
    int32_t df;
    char *text;
} Frequent;

typedef struct {
    const Corpus *corpus;
    const int32_t *df;
    int64_t images;
} Saving;

/* The words of an n-gram, separated by spaces. The caller frees. NULL: out of memory. */
static char *ngram_text(const Corpus *c, int32_t id)
{
    int32_t word[NGRAM_MAX];
    int n = 0;
    size_t len = 0;
    for (int32_t prefix; id >= 0; id = prefix) {
        size_t word_len;
        ngram_parts(c->ngrams, id, &prefix, &word[n]);
        hash_key(c->words, word[n++], &word_len);
        len += word_len + 1;
    }
    char *text = malloc(len), *out = text;
    while (text && n--) {
        out = stpcpy(out, hash_key(c->words, word[n], NULL));
        *out++ = n ? ' ' : '\0';
    }
    return text;
}

static int more_frequent(const void *a, const void *b)
{
    const Frequent *x = a, *y = b;
    return x->df != y->df ? (x->df < y->df) - (x->df > y->df) : strcmp(x->text, y->text);
}

/* The *n n-grams that occur in two images or more, the most frequent first. The caller frees each text and the list.
 * NULL: out of memory. */
static Frequent *collect(const Saving *s, int32_t *n)
{
    int32_t all = hash_count(s->corpus->ngrams);
    Frequent *list = malloc(((size_t)all + 1) * sizeof *list);
    *n = 0;
    for (int32_t id = 0; list && id < all; id++) {
        if (s->df[id] < 2)
            continue;
        list[*n] = (Frequent){s->df[id], ngram_text(s->corpus, id)};
        if (!list[(*n)++].text) {
            while (*n)
                free(list[--*n].text);
            free(list);
            return NULL;
        }
    }
    if (list)
        qsort(list, (size_t)*n, sizeof *list, more_frequent);
    return list;
}

static int write_df(void *ctx, FILE *out, Err *err)
{
    const Saving *s = ctx;
    TokenRule rule = s->corpus->rule;
    int32_t n;
    Frequent *list = collect(s, &n);
    if (!list)
        return err_set(err, "out of memory");
    fprintf(out, "{\"format\":\"coco-df\",\"version\":1,\"images\":%" PRId64, s->images);
    fprintf(out, ",\"tokenizer\":\"%s\",\"american\":%s}\n", TOKEN_NAMES[rule.kind],
            rule.american ? "true" : "false");
    for (int32_t i = 0; i < n; i++) {
        fputs("{\"ngram\":", out);
        json_put_text(out, list[i].text);
        fprintf(out, ",\"df\":%" PRId32 "}\n", list[i].df);
        free(list[i].text);
    }
    free(list);
    return ferror(out) ? err_set(err, "write: %s", errno ? strerror(errno) : "failed") : 0;
}

int df_save(const char *path, const Corpus *corpus, const int32_t *df, int64_t images, Err *err)
{
    Saving saving = {corpus, df, images};
    bool reader_gone;
    return file_write(path, write_df, &saving, &reader_gone, err);
}

/* --- reading --- */

static int read_head(const Json *json, TokenRule rule, int64_t *images, Err *err)
{
    const char *format = NULL, *tokenizer = NULL;
    int64_t version = 0;
    if (json_get_text(json, "format", &format, err) < 0 ||
        json_get_int(json, "version", 0, INT64_MAX, &version, err) < 0 ||
        json_get_text(json, "tokenizer", &tokenizer, err) < 0)
        return -1;
    if (!format || strcmp(format, "coco-df"))
        return err_set(err, "not a file of document frequencies (no \"format\":\"coco-df\")");
    if (version != 1)
        return err_set(err, "version %" PRId64 " is not supported", version);
    int rc = json_get_int(json, "images", 1, INT32_MAX, images, err);
    if (rc <= 0)
        return rc ? rc : err_set(err, "no \"images\"");
    if (!tokenizer || strcmp(tokenizer, TOKEN_NAMES[rule.kind]))
        return err_set(err, "was made with --tokenizer %s, not %s", tokenizer ? tokenizer : "(not named)",
                       TOKEN_NAMES[rule.kind]);
    /* Older files say whether British spelling was left. */
    const Json *british = rule.kind == TOKENS_NONE ? NULL : json_member(json, "british");
    bool american = british ? !json_is_true(british) : json_is_true(json_member(json, "american"));
    if (american != rule.american)
        return err_set(err, "was made %s --american", american ? "with" : "without");
    return 0;
}

/* The number of a text's n-gram in the corpus. -1: the corpus lacks it; -2: the text has no words, or more than 4. */
static int32_t find_ngram(const Corpus *c, const char *text)
{
    int32_t id = -1;
    int n = 0, known = 1;
    for (const char *s = text; *s; s += *s == ' ') {
        size_t len = strcspn(s, " ");
        int32_t word = hash_find(c->words, s, len);
        known = known && word >= 0 && (id = ngram_find(c->ngrams, id, word)) >= 0;
        n++;
        s += len;
    }
    return n < 1 || n > NGRAM_MAX ? -2 : known ? id : -1;
}

static int read_entry(const Json *json, const Corpus *c, int32_t *df, int64_t images, Err *err)
{
    const char *text;
    int64_t count;
    int rc = json_get_text(json, "ngram", &text, err);
    if (rc <= 0)
        return rc ? rc : err_set(err, "no \"ngram\"");
    rc = json_get_int(json, "df", 1, images, &count, err);
    if (rc <= 0)
        return rc ? rc : err_set(err, "no \"df\"");
    int32_t id = find_ngram(c, text);
    if (id == -2)
        return err_set(err, "\"ngram\": expected 1 to %d words", NGRAM_MAX);
    if (id >= 0)
        df[id] = (int32_t)count;
    return 0;
}

int df_load(const char *path, const Corpus *corpus, int32_t *df, int64_t *images, Err *err)
{
    const char *line;
    size_t len;
    int rc, head = 1;
    RecordReader *reader = record_open(path, err);
    if (!reader)
        return -1;
    memset(df, 0, (size_t)hash_count(corpus->ngrams) * sizeof *df);
    for (; (rc = record_line(reader, &line, &len, err)) > 0; head = 0) {
        Json *json = json_parse_object(line, len, err);
        rc = !json  ? -1
             : head ? read_head(json, corpus->rule, images, err)
                    : read_entry(json, corpus, df, *images, err);
        json_free(json);
        if (rc) {
            err_prefix(err, "%s: ", record_place(reader));
            break;
        }
    }
    if (!rc && head)
        rc = err_set(err, "%s: empty", path);
    record_close(reader);
    return rc;
}
