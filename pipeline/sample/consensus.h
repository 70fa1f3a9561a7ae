/* How much an image's captions c_1 .. c_m, n-best or samples, as found, agree, on the scale of CIDEr-D, 0 to 10. Words
 * are the vocabulary's, without <NULL>, <START> and <END>. A caption that was found twice counts twice. Any thread. */
#ifndef COCO_PIPELINE_SAMPLE_CONSENSUS_H
#define COCO_PIPELINE_SAMPLE_CONSENSUS_H

#include "io/base/err.h"
#include "model/decode/search.h"
#include "pipeline/eval/caption_table.h"

/* With each other (the decoding of minimum Bayes risk; Kumar and Byrne 2004):
 *
 *   score_i = Σ over j != i of CIDEr-D(c_i; c_j) / (m - 1)
 *
 * where every n-gram has the weight 1 (model/score/cider.h's idf): so a caption depends on nothing but its own image
 * and the model. m is at least 2. -1: out of memory. */
int consensus(const SearchResult *captions, int m, double *score, Err *err);

/* What the captions of other images predict for an image's. */
typedef struct {
    const double *vector;      /* (table->known): a tf-idf vector for each n = 1 .. 4, e_n */
    const CaptionTable *table; /* of the split that they are from */
} ExpectedCaption;

/* With each other (i itself too) and with the predicted vectors:
 *
 *   score_i = Σ_j p_j CIDEr-D(c_i; c_j) + 32 · 10/4 · Σ_n g_n(c_i)·e_n / |g_n(c_i)|        p_j ∝ exp(logprob_j / 3)
 *
 * with the document frequencies of the table. The second sum is the expected CIDEr-D but for what that says of length
 * and of repeated words. It is the consensus of Devlin et al. 2015 ("Exploring nearest neighbor approaches for image
 * captioning"), by a regression instead of by the nearest images alone. The constants are the best of some that were
 * tried on the 1000 images of Flickr8k's val, with 50 captions each of a beam. -1: out of memory. */
int consensus_with(const ExpectedCaption *expected, const SearchResult *captions, int m, double *score, Err *err);

#endif
