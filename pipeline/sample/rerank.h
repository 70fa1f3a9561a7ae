/* Consensus re-ranking: of an image's captions, the one closest to the others comes first (the decoding of minimum
 * Bayes risk; Kumar and Byrne 2004). With the captions c_1 .. c_m, n-best or samples, as found,
 *
 *   score_i = Σ over j != i of CIDEr-D(c_i; c_j) / (m - 1)                 0 to 10
 *
 * where every n-gram has the weight 1 (model/score/cider.h's idf): so a caption depends on nothing but its own image
 * and the model. Words are the vocabulary's, without <NULL>, <START> and <END>. A caption that was found twice counts
 * twice.
 *
 * Main thread. */
#ifndef COCO_PIPELINE_SAMPLE_RERANK_H
#define COCO_PIPELINE_SAMPLE_RERANK_H

#include "io/base/err.h"
#include "model/decode/search.h"

typedef enum { RERANK_NONE, RERANK_CIDER } Rerank;

#define RERANK_NAMES "none|cider"

/* The scores of m captions, at least 2. -1: out of memory. */
int consensus(const SearchResult *captions, int m, double *score, Err *err);

/* Puts the n results of an image in order of falling score; those that are equal to nine decimals stay as they are,
 * and so do those at the end that there are not (no words). -1: out of memory. */
int rerank(SearchResult *results, int n, Err *err);

#endif
