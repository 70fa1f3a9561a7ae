#include "pipeline/eval/corpus.h"

#include "io/base/err.h"
#include "io/data/annotations.h"
#include "io/data/record.h"
#include "pipeline/eval/ngrams.h"
#include "pipeline/eval/ptb.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS_MAX = 10000 }; /* in a caption: the time of ROUGE-L grows with the product of two lengths */

int corpus_init(Corpus *c, TokenRule rule, Err *err)
{
    *c =
        (Corpus){.rule = rule, .words = hash_new(), .ngrams = hash_new(), .texts = hash_new(), .names = hash_new()};
    return c->words && c->ngrams && c->texts && c->names ? 0 : err_set(err, "out of memory");
}

void corpus_free(Corpus *c)
{
    for (int32_t i = 0; i < c->n_images; i++) {
        for (int r = 0; r < c->image[i].n_references; r++)
            sentence_free(&c->image[i].reference[r]);
        free(c->image[i].reference);
    }
    for (int64_t i = 0; i < c->n_captions; i++) {
        sentence_free(&c->caption[i].sentence);
        free(c->caption[i].json);
    }
    free(c->image);
    free(c->caption);
    hash_free(c->words);
    hash_free(c->ngrams);
    hash_free(c->texts);
    hash_free(c->names);
    memset(c, 0, sizeof *c);
}

/* --- sentences --- */

/* The numbers of the words in tokens, which are separated by one space: *n of them, but at most WORDS_MAX + 1. NULL: out
 * of memory. */
static int32_t *number_words(Hash *words, const char *tokens, int *n)
{
    int32_t *id = malloc((strlen(tokens) / 2 + 1) * sizeof *id);
    *n = 0;
    for (const char *s = tokens; id && *s && *n <= WORDS_MAX; s += *s == ' ') {
        size_t len = strcspn(s, " ");
        if ((id[(*n)++] = hash_add(words, s, len)) < 0) {
            free(id);
            return NULL;
        }
        s += len;
    }
    return id;
}

/* Gives a sentence the tokens that its words were split from. -1: out of memory. */
static int set_tokens(Corpus *c, Sentence *sentence, const char *tokens)
{
    int n;
    int32_t *id = number_words(c->words, tokens, &n);
    int rc = id ? sentence_set_tokens(sentence, id, n) : -1;
    free(id);
    return rc;
}

/* Makes the sentence of a caption and, if `text` is not NULL, numbers it in texts. */
static int read_sentence(Corpus *c, const char *caption, Sentence *out, int32_t *text, Err *err)
{
    int n = 0, rc = -1;
    char *tokens = tokens_of(caption, PTB_ANY, c->rule);
    char *split = tokens ? tokens_split(tokens) : NULL;
    int32_t *words = split ? number_words(c->words, split, &n) : NULL;
    c->broken += c->rule.kind != TOKENS_NONE && tokens_break(caption);
    c->unknown += tokens_unknown(caption);
    if (!words)
        err_set(err, "out of memory");
    else if (n > WORDS_MAX)
        err_set(err, "the caption has more than %d words", WORDS_MAX);
    else if ((text && (*text = hash_add(c->texts, tokens, strlen(tokens))) < 0) ||
             ngram_sentence(out, c->ngrams, words, n))
        err_set(err, "out of memory");
    else if (!strcmp(split, tokens))
        rc = 0;
    else if ((rc = set_tokens(c, out, tokens)) < 0) {
        sentence_free(out);
        err_set(err, "out of memory");
    }
    free(tokens);
    free(split);
    free(words);
    return rc;
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
    Sentence *grown = realloc(im->reference, ((size_t)im->n_references + 1) * sizeof *grown);
    if (!grown)
        return err_set(err, "out of memory");
    im->reference = grown;
    if (read_sentence(c, text, &grown[im->n_references], NULL, err))
        return -1;
    im->n_references++;
    return 0;
}

/* --- captions --- */

/* Adds a record's caption and, with CORPUS_REFERENCES, its references. json, its text, is the corpus's from now on, also
 * after a failure; NULL without CORPUS_JSON. */
static int add_record(Corpus *c, const Record *r, int flags, char *json, Err *err)
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
    *caption = (CorpusCaption){.image = image, .json = json};
    if (read_sentence(c, r->caption, &caption->sentence, &caption->text, err)) {
        free(json);
        return -1;
    }
    c->n_captions++;
    /* Each caption of an image repeats its references: once is enough. */
    if (c->image[image].n_captions++ == 0 && own)
        for (int k = 0; k < r->n_references; k++)
            if (add_reference(c, image, r->references[k], err))
                return -1;
    return 0;
}

static int add_elements(Corpus *c, const Json *list, int flags, Err *err)
{
    int64_t n = 1;
    for (const Json *e = json_first(list); e; e = json_next(e), n++) {
        Record r;
        int rc = record_read(&r, e, err);
        if (!rc) {
            rc = add_record(c, &r, flags, flags & CORPUS_JSON ? json_print(e) : NULL, err);
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

static int read_lines(Corpus *c, RecordReader *reader, int flags, Err *err)
{
    Record r;
    const char *line;
    size_t len;
    int rc;
    while ((rc = record_next(reader, &r, &line, &len, err)) > 0) {
        rc = add_record(c, &r, flags, flags & CORPUS_JSON ? strdup(line) : NULL, err);
        record_free(&r);
        if (rc)
            return err_prefix(err, "%s: ", record_place(reader));
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

typedef struct {
    Corpus *corpus;
    int all;
} Annotations;

static int add_annotation(void *ctx, int64_t id, const char *text, Err *err)
{
    const Annotations *a = ctx;
    int32_t image = find_or_add_image(a->corpus, NULL, id);
    if (image < 0)
        return err_set(err, "out of memory");
    return a->all || a->corpus->image[image].n_captions ? add_reference(a->corpus, image, text, err) : 0;
}

int corpus_references(Corpus *c, const char *path, int all, Err *err)
{
    Annotations annotations = {c, all};
    return annotations_each(path, add_annotation, &annotations, err);
}
