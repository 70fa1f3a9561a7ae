/* A file of the document frequencies of n-grams: with those of a large corpus, CIDEr is meaningful on a few images.
 *
 * JSON Lines: {"format":"coco-df","version":1,"images":5000,"tokenizer":"ptb","american":false}, then one line for each
 * n-gram, the most frequent first: {"ngram":"a man","df":1203}. N-grams that occur in one image only are left out:
 * their log(max(1, df)) is that of n-grams which do not occur at all. */
#ifndef COCO_PIPELINE_EVAL_DOCUMENT_FREQUENCY_H
#define COCO_PIPELINE_EVAL_DOCUMENT_FREQUENCY_H

#include "io/base/err.h"
#include "pipeline/eval/corpus.h"

#include <stdint.h>

/* Writes df (n-grams of the corpus), counted over `images` images. */
int df_save(const char *path, const Corpus *corpus, const int32_t *df, int64_t images, Err *err);
/* Reads df (n-grams of the corpus) and *images from a file; n-grams that only the file has are skipped. -1: the file is
 * of another format, or was made with another tokenizer than the corpus. */
int df_load(const char *path, const Corpus *corpus, int32_t *df, int64_t *images, Err *err);

#endif
