/* What CIDEr needs to know of a corpus: document frequencies, df, in the references of how many images an n-gram is,
 * and the weights that come of them, idf = log(images) - log(max(1, df)). Arrays are by the n-grams' numbers. */
#ifndef COCO_MODEL_SCORE_CIDER_H
#define COCO_MODEL_SCORE_CIDER_H

#include "model/score/sentence.h"

#include <stdint.h>

/* Adds an image's references to df. last: the last image in which each n-gram was seen, all -1 at the start; `image`
 * grows from call to call. */
void cider_add_df(const Sentence *references, int n_references, int32_t image, int32_t *last, int32_t *df);
/* idf (n) from df (n). */
void cider_idf(const int32_t *df, int32_t n, double images, double *idf);

/* For many pairs: the Euclidean norms of a sentence's tf-idf vectors, and CIDEr-D of a sentence against one reference,
 * 0 to 10, from both ones' norms. */
void cider_norms(const Sentence *sentence, const double *idf, double norm[NGRAM_MAX]);
double cider_of_pair(const Sentence *sentence, const double norm[NGRAM_MAX], const Sentence *reference,
                     const double reference_norm[NGRAM_MAX], const double *idf);

#endif
