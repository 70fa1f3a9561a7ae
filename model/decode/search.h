/* Decoding: from features to the words of a caption, by beam search.
 *
 *   Each step keeps the K best expansions of all live hypotheses by summed log-probability; those that take <END>
 *   leave the beam as finished; it stops when none is live, or when K have finished and the best of them is no worse
 *   than the best live one. The answer is the best finished hypothesis, or the best live one where none finished.
 *
 * Hypotheses are compared by logprob / length^A, the length in steps, <END> counted; A is 0 unless length_norm says
 * otherwise (Wu et al. 2016, section 7, use a similar penalty): a larger A prefers longer captions. What rules.h bans is
 * not considered.
 *
 * The words that expand a hypothesis are its sampler's (sampler.h). Greedy decoding is a beam of one with the sampler
 * "best", drawing by temperature a beam of one with "temperature". Ties go to the lowest hypothesis, then to the
 * lowest word. A caption does not depend on the images beside it, nor on the number of threads: a row's arithmetic is
 * its own (gemm.h), and each image has random numbers of its own. */
#ifndef COCO_MODEL_SEARCH_H
#define COCO_MODEL_SEARCH_H

#include "model/captioner.h"
#include "model/decode/rules.h"
#include "model/decode/sampler.h"
#include "model/gemm.h"

typedef struct {
    const Sampler *sampler;
    SamplerOptions choice;
    int beam;            /* K, at least 1; 1 for a sampler that draws */
    uint32_t seed;       /* of a sampler that draws: image i has NumPy's RandomState([seed, i]) */
    int max_length;      /* steps, <END> counted; at least 1 */
    double length_norm;  /* A, at least 0 */
    DecodeRules rules;   /* zeroed: none */
    Precision precision; /* of the products of a step */
} SearchOptions;

typedef struct {
    int32_t *words; /* (max_length): the caller's; <END> stands at the end where it was reached */
    int n;          /* words written */
    double logprob; /* natural logarithm of their probability under the model (at temperature 1) */
} SearchResult;

typedef struct Search Search;

/* Prepares for up to `images` at a time; borrows params, which must not change meanwhile. NULL: out of
 * memory. Computes E = W_embed·Wx + b once: memory of (V, G·H) besides the rows'. */
Search *search_new(const Params *params, const SearchOptions *options, int images);
void search_free(Search *search); /* NULL is legal */

/* Captions n images: features (n,D); image (n) numbers them for the random numbers; results (n).
 * Main thread; parallel inside; allocates nothing. */
void search_run(Search *search, const real *features, const int64_t *image, int n, SearchResult *results);

#endif
