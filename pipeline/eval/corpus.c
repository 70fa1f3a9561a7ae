#include "pipeline/eval/corpus.h"

#include "io/base/err.h"
#include "io/data/annotations.h" /* its limit on a file is that on a results array too */
#include "io/data/record.h"
#include "pipeline/eval/record_chunk.h"
#include "pipeline/eval/sentence_lines.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int corpus_init(Corpus *c, TokenRule rule, Err *err)
{
    *c = (Corpus){.rule = rule,
                  .words = hash_new(),
                  .ngrams = hash_new(),
                  .texts = hash_new(),
                  .names = hash_new(),
                  .groups = hash_new()};
    return c->words && c->ngrams && c->texts && c->names && c->groups ? 0 : err_set(err, "out of memory");
}

void corpus_free(Corpus *c)
{
    for (int32_t i = 0; i < c->n_images; i++) {
        CorpusImage *image = &c->image[i];
        for (int r = 0; r < image->n_references; r++) {
            sentence_free(&image->reference[r]);
            free(image->line[r]);
        }
        free(image->reference);
        free(image->line);
    }
    for (int64_t i = 0; i < c->n_captions; i++) {
        sentence_free(&c->caption[i].sentence);
        free(c->caption[i].line);
        free(c->caption[i].json);
    }
    free(c->image);
    free(c->caption);
    hash_free(c->words);
    hash_free(c->ngrams);
    hash_free(c->texts);
    hash_free(c->names);
    hash_free(c->groups);
    memset(c, 0, sizeof *c);
}

/* --- sentences --- */

static int make_sentences(Corpus *c, const SentenceLine *line, int64_t n, Err *err)
{
    const SentenceTables tables = {c->words, c->ngrams, c->texts, c->rule};
    return sentence_lines_make(&tables, line, n, err);
}

static int make_captions(Corpus *c, Err *err)
{
    SentenceLine *line = malloc(((size_t)c->n_captions + 1) * sizeof *line);
    if (!line)
        return err_set(err, "out of memory");
    for (int64_t i = 0; i < c->n_captions; i++) {
        CorpusCaption *caption = &c->caption[i];
        line[i] = (SentenceLine){&caption->line, &caption->sentence, &caption->text, c->image[caption->image].id};
    }
    int rc = make_sentences(c, line, c->n_captions, err);
    free(line);
    return rc;
}

static int make_references(Corpus *c, Err *err)
{
    int64_t n = 0, all = 0;
    for (int32_t i = 0; i < c->n_images; i++)
        all += c->image[i].n_references;
    SentenceLine *line = malloc(((size_t)all + 1) * sizeof *line);
    if (!line)
        return err_set(err, "out of memory");
    for (int32_t i = 0; i < c->n_images; i++) {
        CorpusImage *image = &c->image[i];
        for (int r = 0; r < image->n_references; r++)
            line[n++] = (SentenceLine){&image->line[r], &image->reference[r], NULL, image->id};
    }
    int rc = make_sentences(c, line, n, err);
    free(line);
    return rc;
}

int corpus_tokenize(Corpus *c, Err *err)
{
    return make_captions(c, err) ? -1 : make_references(c, err);
}

/* A copy of a caption; NULL: out of memory, or it has too many words even before marks part from them. */
static char *take_line(Corpus *c, const char *caption, Err *err)
{
    int n = 0;
    for (const char *s = caption; n <= WORDS_MAX && *(s += strspn(s, " ")); s += strcspn(s, " "))
        n++;
    if (n > WORDS_MAX) {
        err_set(err, "the caption has more than %d words", WORDS_MAX);
        return NULL;
    }
    c->broken += c->rule.kind != TOKENS_NONE && tokens_break(caption);
    c->unknown += tokens_unknown(caption) > 0;
    char *line = strdup(caption);
    if (!line)
        err_set(err, "out of memory");
    return line;
}

/* --- images --- */

/* Grows an array of elements of `size` bytes if n elements fill it. */
static void *grow(void *array, int64_t n, int64_t *room, size_t size)
{
    if (n < *room)
        return array;
    int64_t more = *room ? 2 * *room : 256;
    void *grown = realloc(array, (size_t)more * size);
    if (grown)
        *room = more;
    return grown;
}

/* The image's place, new or known; -1: out of memory. split may be NULL. */
static int32_t find_or_add_image(Corpus *c, const char *split, int64_t id)
{
    char name[96];
    int len = snprintf(name, sizeof name, "%" PRId64 " %.64s", id, split ? split : "");
    int32_t i = hash_add(c->names, name, (size_t)len);
    if (i < c->n_images)
        return i;
    int64_t room = c->image_room;
    CorpusImage *grown = grow(c->image, i, &room, sizeof *grown);
    if (!grown)
        return -1;
    c->image = grown;
    c->image_room = (int32_t)room;
    c->image[c->n_images++] = (CorpusImage){.id = id};
    return i;
}

static int add_reference(Corpus *c, int32_t image, const char *text, Err *err)
{
    CorpusImage *im = &c->image[image];
    size_t n = (size_t)im->n_references;
    Sentence *sentences = realloc(im->reference, (n + 1) * sizeof *sentences);
    char **lines = sentences ? realloc(im->line, (n + 1) * sizeof *lines) : NULL;
    if (sentences)
        im->reference = sentences;
    if (!lines)
        return err_set(err, "out of memory");
    im->line = lines;
    im->reference[n] = (Sentence){0};
    if (!(im->line[n] = take_line(c, text, err)))
        return -1;
    im->n_references++;
    return 0;
}

/* --- captions --- */

/* The number of the group of a record's JSON. */
static int find_group(Corpus *c, const Json *record, int32_t *group, Err *err)
{
    const Json *value = c->by ? json_member(record, c->by) : NULL;
    *group = -1;
    if (!value || json_is_null(value))
        return 0;
    if (!json_is_scalar(value))
        return err_set(err, "\"%s\": not a string, a number, true or false", c->by);
    char *text = json_print(value);
    *group = text ? hash_add(c->groups, text, strlen(text)) : -1;
    free(text);
    return *group < 0 ? err_set(err, "out of memory") : 0;
}

/* Adds a record's caption to a group and, with CORPUS_REFERENCES, its references. json, its text, is the corpus's from
 * now on, also after a failure; NULL without CORPUS_JSON. */
static int add_record(Corpus *c, const Record *r, int32_t group, int flags, char *json, Err *err)
{
    int own = flags & CORPUS_REFERENCES;
    CorpusCaption *grown = grow(c->caption, c->n_captions, &c->caption_room, sizeof *grown);
    int32_t image = grown ? find_or_add_image(c, own ? r->split : NULL, r->image_id) : -1;
    if (grown)
        c->caption = grown;
    if (image < 0 || (flags & CORPUS_JSON && !json)) {
        free(json);
        return err_set(err, "out of memory");
    }
    CorpusCaption *caption = &c->caption[c->n_captions];
    *caption = (CorpusCaption){.image = image, .group = group, .json = json, .line = take_line(c, r->caption, err)};
    if (!caption->line) {
        free(json);
        return -1;
    }
    caption->unknown = tokens_unknown(r->caption);
    c->n_captions++;
    /* Each caption of an image repeats its references: once is enough. */
    if (c->image[image].n_captions++ == 0 && own)
        for (int k = 0; k < r->n_references; k++)
            if (add_reference(c, image, r->references[k], err))
                return -1;
    return 0;
}

int corpus_add(Corpus *c, const Record *r, Err *err)
{
    return add_record(c, r, -1, CORPUS_REFERENCES, NULL, err);
}

static int add_elements(Corpus *c, const Json *list, int flags, Err *err)
{
    int64_t n = 1;
    for (const Json *e = json_first(list); e; e = json_next(e), n++) {
        Record r;
        int32_t group;
        int rc = record_read(&r, e, err);
        if (!rc) {
            rc = find_group(c, e, &group, err);
            if (!rc)
                rc = add_record(c, &r, group, flags, flags & CORPUS_JSON ? json_print(e) : NULL, err);
            record_free(&r);
        }
        if (rc)
            return err_prefix(err, "element %" PRId64 ": ", n);
    }
    return 0;
}

static int read_array(Corpus *c, RecordReader *reader, int flags, Err *err)
{
    size_t len;
    char *text = record_rest(reader, ANNOTATIONS_MAX_BYTES, &len, err);
    if (!text)
        return -1;
    Json *list = json_parse(text, len, err);
    free(text);
    int rc = list ? add_elements(c, list, flags, err) : -1;
    json_free(list);
    return rc ? err_prefix(err, "%s: ", record_name(reader)) : 0;
}

static int add_line(Corpus *c, RecordLine *line, int flags, Err *err)
{
    int32_t group = -1;
    if (!line->parsed && record_parse(&line->record, line->text, line->len, err)) /* once more, to learn why */
        return -1;
    if (c->by) {
        Json *json = json_parse_object(line->text, line->len, err);
        int rc = json ? find_group(c, json, &group, err) : -1;
        json_free(json);
        if (rc)
            return -1;
    }
    char *json = flags & CORPUS_JSON ? line->text : NULL;
    if (json)
        line->text = NULL; /* the corpus's now */
    return add_record(c, &line->record, group, flags, json, err);
}

static int read_lines(Corpus *c, RecordReader *reader, int flags, Err *err)
{
    RecordChunk chunk;
    int rc = 0, more = 1;
    while (!rc && more > 0) {
        Err why = {{0}};
        more = record_chunk_read(&chunk, reader, &why);
        for (int i = 0; !rc && i < chunk.n; i++)
            if (add_line(c, &chunk.line[i], flags, err))
                rc = err_prefix(err, "%s: ", record_place_of(reader, chunk.line[i].number));
        record_chunk_free(&chunk);
        if (!rc && more < 0)
            rc = err_set(err, "%s", why.text);
    }
    return rc;
}

int corpus_captions(Corpus *c, const char *input, int flags, Err *err)
{
    RecordReader *reader = record_open(input, err);
    if (!reader)
        return -1;
    int rc = record_is_array(reader) ? read_array(c, reader, flags, err) : read_lines(c, reader, flags, err);
    record_close(reader);
    return rc;
}

/* --- references --- */

int corpus_references(Corpus *c, const References *references, int all, Err *err)
{
    for (int64_t i = 0; i < references->n; i++) {
        const Reference *r = &references->list[i];
        int32_t image = find_or_add_image(c, NULL, r->image_id);
        if (image < 0)
            return err_set(err, "out of memory");
        if ((all || c->image[image].n_captions) && add_reference(c, image, r->text, err))
            return err_prefix(err, "%s: annotation %" PRId64 ": ", references->path, i + 1);
    }
    return 0;
}
