/* Beam search: decoding from features to the words of a caption.
 *
 *   Each step keeps the K best expansions of all live hypotheses by summed log-probability. Those that take <END>
 *   leave the beam as finished; of the others, each that is no better than the best finished one is dropped, since it
 *   only loses probability as it grows. The search stops when none is live, or after max_length steps. The answer is
 *   the best finished hypothesis, or the best live one if none has finished.
 *
 * Hypotheses are compared by logprob / length^A, the length in steps, <END> counted; A is 0 unless length_norm says
 * otherwise (Wu et al. 2016, section 7, use a similar penalty): a larger A prefers longer captions. What rules.h bans
 * is not considered.
 *
 * The N best are the best finished hypotheses, and the best live ones after them if fewer have finished; then what is
 * dropped is no better than the N-th best finished one, and with N = 1 all this is as above.
 *
 * Groups (diverse beam search, Vijayakumar et al. 2018) are beams of K/G hypotheses each, which advance one after the
 * other. For the choice of its expansions, and for nothing else, a word's log-probability is reduced by `diversity`
 * times the number of hypotheses that have taken the word at the same step in the groups before. Captions that
 * another group has found as well are given once.
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
    int beam;         /* K, at least 1; 1 for a sampler that draws */
    int nbest;        /* N, results of an image, at most K; 0 is 1 */
    int groups;       /* of hypotheses, which divide K; 0 is 1 */
    double diversity; /* of groups: what each use of a word by the groups before costs, as log-probability */
    int samples;      /* of an image, by a sampler that draws; its results; 0 is 1 */
    uint32_t seed;    /* of a sampler that draws: image i has NumPy's RandomState([seed, i]) for its first sample */
    int max_length;   /* steps, <END> counted; at least 1 */
    double length_norm;  /* A, at least 0 */
    DecodeRules rules;   /* zeroed: none */
    Precision precision; /* of the products of a step, and of those of a grid with attention */
    int places;          /* of a grid, for a model with attention */
    bool attention;  /* results tell the weights of its places; of an ensemble, the first model's with attention */
    bool words_only; /* log-probabilities may be left out, where words are found sooner without: NaN then */
} SearchOptions;

typedef struct {
    int32_t *words;       /* (max_length): the caller's; <END> is the last if it was reached */
    int n;                /* words written; 0: there are fewer results than were asked for */
    double *word_logprob; /* (max_length): the caller's, of each word; NULL: not wanted, as with words_only */
    float *attention;     /* (max_length,places): the caller's: each word's weights, if the options ask for them */
    double logprob;       /* natural logarithm of their probability under the model (at temperature 1) */
} SearchResult;

/* How many results an image has: its N best hypotheses, or its samples. */
int search_results(const SearchOptions *options);

/* What is captioned: n images. */
typedef struct {
    const real *features; /* (n,D), finite, or the words mean nothing */
    const real *grid;     /* (n,places,C); NULL without attention */
    const int64_t *image; /* (n): numbers them for the random numbers */
    int n;
} SearchInput;

/* A model of an ensemble. */
typedef struct {
    const Params *params; /* borrowed, and must not change meanwhile */
    int places;           /* of its grid, for a model with attention */
} SearchModel;

enum { SEARCH_MODELS = 16 }; /* in an ensemble, at most */

typedef struct Search Search;

/* Prepares for up to `images` at a time; borrows params, which must not change meanwhile. NULL: out of
 * memory. Computes E = W_embed·Wx + b once: memory of (V, G·H) besides the rows'. */
Search *search_new(const Params *params, const SearchOptions *options, int images);
/* The same of an ensemble of n models of as many words: a word's probability is the mean of theirs. */
Search *search_new_ensemble(const SearchModel *models, int n, const SearchOptions *options, int images);
void search_free(Search *search); /* NULL is legal */

/* Captions images, at most those of search_new; results (n, search_results), an image's best first. Of an ensemble,
 * there is an input for each model; image and n of the first count. Main thread; parallel inside; allocates nothing. */
void search_run(Search *search, const SearchInput *input, SearchResult *results);

#endif
