/* Captions and their references, as numbered words, by image: what is scored.
 *
 *   captions: records or a results array ──► tokens ──► words ──► n-grams ─┐
 *   references: of the records, or of annotations ──► the same            ─┴─► images
 *
 * Main thread. */
#ifndef COCO_PIPELINE_EVAL_CORPUS_H
#define COCO_PIPELINE_EVAL_CORPUS_H

#include "io/base/err.h"
#include "model/score/ngrams.h"
#include "pipeline/common/interner.h"
#include "pipeline/eval/tokens.h"

#include <stddef.h>
#include <stdint.h>

typedef struct {
    int64_t id; /* image_id */
    Sentence *reference;
    int n_references;
    int32_t n_captions; /* that were read of it */
} CorpusImage;

typedef struct {
    int32_t image;
    int32_t text; /* in texts */
    Sentence sentence;
    char *json; /* the record as it was read, where that was asked for */
} CorpusCaption;

typedef struct {
    TokenRule rule;
    Words *words;
    NgramTable *ngrams;
    Words *texts; /* captions as their tokens, each once */
    Words *names; /* of images: split and id */
    CorpusImage *image;
    int32_t n_images, image_room;
    CorpusCaption *caption;
    int64_t n_captions, caption_room;
    int64_t broken; /* captions and references with line breaks in them */
    int64_t unknown; /* captions and references with <UNK> in them */
} Corpus;

int corpus_init(Corpus *corpus, TokenRule rule, Err *err);
void corpus_free(Corpus *corpus); /* legal on a zeroed or failed one */

/* What is taken of the input of corpus_captions. */
enum {
    CORPUS_REFERENCES = 1, /* the records' own references; images are told apart by split and id */
    CORPUS_JSON = 2        /* keep each record's text */
};

/* Reads caption records, one a line, or a results array ("-": standard input). */
int corpus_captions(Corpus *corpus, const char *input, int flags, Err *err);
/* Reads the references of the images that have captions, or with `all` of every image, from annotations. The other
 * images are known by their ids alone. */
int corpus_references(Corpus *corpus, const char *path, int all, Err *err);

#endif
