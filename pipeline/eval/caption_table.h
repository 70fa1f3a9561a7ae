/* The n-grams of a split's captions, words being the numbers of its vocabulary, and their weights for CIDEr: idf =
 * log(images) - log(max(1, df)), an image with captions being a document (model/score/cider.h). <END> is a word. Main
 * thread; afterwards any thread may read. */
#ifndef COCO_PIPELINE_EVAL_CAPTION_TABLE_H
#define COCO_PIPELINE_EVAL_CAPTION_TABLE_H

#include "io/base/err.h"
#include "io/data/dataset.h"
#include "pipeline/eval/ngrams.h"

typedef struct {
    Hash *ngrams;
    int32_t known; /* how many */
    double *idf;   /* (known + more): those from `known` on have that of n-grams of one image */
    double rare;   /* which is this: log(images) */
} CaptionTable;

/* Of a split that is indexed; `more` as above. -1: no memory. Free after a failure too. */
int caption_table_make(CaptionTable *table, const Dataset *data, size_t more, Err *err);
void caption_table_free(CaptionTable *table); /* safe on a zero-initialized one */

/* How many words of a caption (width numbers) follow <START>, up to <NULL>. */
int caption_words(const int32_t *caption, int width);

#endif
