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

/* Captions of other images. */
typedef struct {
    const int32_t *const *caption; /* (n): <START>, words, up to `width` numbers or <NULL> */
    int n, width;
    const CaptionTable *table; /* of the split that they are from */
} OtherCaptions;

enum { CONSENSUS_OTHERS = 60 };

/* With each other (i itself too) and with captions r of other images that look alike (Devlin et al. 2015, "Exploring nearest neighbor
 * approaches for image captioning"):
 *
 *   score_i = Σ_j p_j CIDEr-D(c_i; c_j) + 8 · the mean of the 60 largest CIDEr-D(c_i; r)        p_j ∝ exp(logprob_j / 3)
 *
 * with the document frequencies of the others' split. The constants are the best of some that were tried on the 1000
 * images of Flickr8k's val, with 20 captions each of a beam and 20 other images. -1: out of memory. */
int consensus_with(const OtherCaptions *others, const SearchResult *captions, int m, double *score, Err *err);

#endif
