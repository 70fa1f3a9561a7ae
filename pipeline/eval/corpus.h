/* What is scored: captions and their references, as numbered words, by image.
 *
 *   captions, from records or a results array         ──► tokens ──► words ──► n-grams ─┐
 *   references, from the same records or annotations  ──► tokens ──► words ──► n-grams ─┴─► images
 *
 * Main thread. */
#ifndef COCO_PIPELINE_EVAL_CORPUS_H
#define COCO_PIPELINE_EVAL_CORPUS_H

#include "io/base/err.h"
#include "io/base/hash.h"
#include "io/data/record.h"
#include "model/score/sentence.h"
#include "pipeline/eval/references.h"
#include "pipeline/tokens/tokens.h"

#include <stdint.h>

typedef struct {
    int64_t id;          /* image_id */
    char **line;         /* (n_references): as they were read; after corpus_tokenize, their tokens */
    Sentence *reference; /* (n_references) */
    int n_references;
    int32_t n_captions;
} CorpusImage;

typedef struct {
    int32_t image;
    char *line; /* as it was read; after corpus_tokenize, its tokens */
    Sentence sentence;
    int32_t text;    /* the number of its tokens in texts */
    int32_t group;   /* the number of its value in groups; -1: it has none */
    int32_t unknown; /* how often it has <UNK> */
    char *json;      /* the record as it was read; NULL without CORPUS_JSON */
} CorpusCaption;

typedef struct {
    TokenRule rule;
    const char *by; /* the key by which captions are in groups; borrowed, set after corpus_init; NULL: in none */
    Hash *words;
    Hash *ngrams; /* see ngrams.h */
    Hash *texts;  /* the distinct captions, as tokens */
    Hash *names;  /* the images: id and split */
    Hash *groups; /* the values of the key, as JSON */
    CorpusImage *image;
    int32_t n_images, image_room;
    CorpusCaption *caption;
    int64_t n_captions, caption_room;
    int64_t broken;  /* how many captions and references have line breaks inside */
    int64_t unknown; /* how many have <UNK> */
} Corpus;

int corpus_init(Corpus *corpus, TokenRule rule, Err *err);
void corpus_free(Corpus *corpus); /* safe on a zero-initialized or failed one */

/* What to read besides the captions. */
enum {
    CORPUS_REFERENCES = 1, /* the records' own references; an image is known by split and id, else by id alone */
    CORPUS_JSON = 2        /* the text of each record */
};

/* Reads caption records, one per line, or a results array ("-": standard input). */
int corpus_captions(Corpus *corpus, const char *input, int flags, Err *err);
/* Adds one record's caption, with its own references. */
int corpus_add(Corpus *corpus, const Record *record, Err *err);
/* Adds references: those of the images that have captions, or with `all` those of every image. The other images are
 * added with their ids alone. */
int corpus_references(Corpus *corpus, const References *references, int all, Err *err);
/* After all is read: makes the sentences of captions and references. Their words can depend on the next caption, or
 * reference, in the file that the COCO tools tokenize (see ptb.h): it has one for captions, in their order, and one for
 * references, image after image in the order of the captions. */
int corpus_tokenize(Corpus *corpus, Err *err);

#endif
