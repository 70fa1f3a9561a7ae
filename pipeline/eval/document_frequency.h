/* Document frequencies of n-grams, kept in a file: those of a large corpus make CIDEr say something on a small set.
 *
 * JSON Lines: {"format":"coco-df","version":1,"images":5000,"tokenizer":"ptb","american":false}, then a line an n-gram,
 * the most frequent first: {"ngram":"a man","df":1203}. N-grams of one image alone are left out: log(max(1, df)) is
 * the same for them as for those that are not there. */
#ifndef COCO_PIPELINE_EVAL_DOCUMENT_FREQUENCY_H
#define COCO_PIPELINE_EVAL_DOCUMENT_FREQUENCY_H

#include "io/base/err.h"
#include "pipeline/eval/corpus.h"

#include <stddef.h>
#include <stdint.h>

/* Writes those of the corpus, df (n-grams of it), counted over so many images. */
int df_save(const char *path, const Corpus *corpus, const int32_t *df, int64_t images, Err *err);
/* Fills df (n-grams of the corpus) from a file, and *images. -1: it is none, or of other tokens than the corpus's. */
int df_load(const char *path, const Corpus *corpus, int32_t *df, int64_t *images, Err *err);

#endif
