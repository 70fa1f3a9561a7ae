/* Beam search: decoding from features to the words of a caption.
 *
 *   Each step keeps the K best expansions of all live hypotheses by summed log-probability. Those that take <END>
 *   leave the beam as finished; of the others, each that is no better than the best finished one is dropped, since it
 *   only loses probability as it grows. The search stops when none is live, or after max_length steps. The answer is
 *   the best finished hypothesis, or the best live one if none has finished.
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

#include <stdbool.h>

typedef struct {
    const Sampler *sampler;
    SamplerOptions choice;
    int beam;            /* K, at least 1; 1 for a sampler that draws */
    uint32_t seed;       /* of a sampler that draws: image i has NumPy's RandomState([seed, i]) */
    int max_length;      /* steps, <END> counted; at least 1 */
    double length_norm;  /* A, at least 0 */
    DecodeRules rules;   /* zeroed: none */
    Precision precision; /* of the products of a step */
    int places;          /* of a grid, for a model with attention */
    bool attention;      /* results tell the weights of its places */
} SearchOptions;

typedef struct {
    int32_t *words;   /* (max_length): the caller's; <END> is the last if it was reached */
    int n;            /* words written */
    float *attention; /* (max_length,places): the caller's: each word's weights, if the options ask for them */
    double logprob;   /* natural logarithm of their probability under the model (at temperature 1) */
} SearchResult;

/* What is captioned: n images. */
typedef struct {
    const real *features; /* (n,D), finite, or the words mean nothing */
    const real *grid;     /* (n,places,C); NULL without attention */
    const int64_t *image; /* (n): numbers them for the random numbers */
    int n;
} SearchInput;

typedef struct Search Search;

/* Prepares for up to `images` at a time; borrows params, which must not change meanwhile. NULL: out of
 * memory. Computes E = W_embed·Wx + b once: memory of (V, G·H) besides the rows'. */
Search *search_new(const Params *params, const SearchOptions *options, int images);
void search_free(Search *search); /* NULL is legal */

/* Captions images, at most those of search_new; results (n). Main thread; parallel inside; allocates nothing. */
void search_run(Search *search, const SearchInput *input, SearchResult *results);

#endif
