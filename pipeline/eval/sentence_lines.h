/* Sentences from lines of text, on all threads.
 *
 *   lines, a chunk at a time ──► tokens ──► words ──► [new words] ──► n-grams ──► [new n-grams] ──► sentences
 *
 * What stands in brackets is one thread's: new words and n-grams are numbered in the order of the lines, so that
 * numbers do not depend on the threads. Most are in the tables already, where all threads may look them up.
 *
 * Main thread; parallel inside. */
#ifndef COCO_PIPELINE_EVAL_SENTENCE_LINES_H
#define COCO_PIPELINE_EVAL_SENTENCE_LINES_H

#include "io/base/err.h"
#include "io/base/hash.h"
#include "model/score/sentence.h"
#include "pipeline/tokens/tokens.h"

#include <stdint.h>

enum { WORDS_MAX = 10000 }; /* in a caption: the time of ROUGE-L grows with the product of two lengths */

/* A line of the file that the COCO tools tokenize. */
typedef struct {
    char **text;        /* to become its tokens */
    Sentence *sentence; /* to make; zeroed */
    int32_t *number;    /* to be that of the tokens in texts; NULL for references */
    int64_t image_id;
} SentenceLine;

/* What numbers the lines' words, n-grams (ngrams.h) and, as tokens, whole captions. */
typedef struct {
    Hash *words, *ngrams, *texts;
    TokenRule rule;
} SentenceTables;

/* Makes the sentences of n lines. -1: out of memory, or a line has more than WORDS_MAX words; the sentences made stay,
 * and the others are zeroed. */
int sentence_lines_make(const SentenceTables *tables, const SentenceLine *line, int64_t n, Err *err);

#endif
