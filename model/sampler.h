/* Choosing words by their scores: the one place where a caption's next word is decided.
 *
 * A sampler is one file, sampler_NAME.c, and one row of SAMPLERS. It sees the scores of one hypothesis and names up to
 * k words, the first being its choice. What narrows a choice (the k likeliest words, a share of the probability, words
 * that may not come) belongs here too, as an option that the samplers honour. */
#ifndef COCO_MODEL_SAMPLER_H
#define COCO_MODEL_SAMPLER_H

#include "model/real.h"
#include "model/rng.h"

#include <stdbool.h>
#include <stdint.h>

/* Every sampler, one row each. */
#define SAMPLERS(row) row(best) row(temperature)

typedef struct {
    double temperature; /* above 0 */
} SamplerOptions;

typedef struct {
    const char *name;
    bool draws; /* by chance: it wants random numbers, and names one word */
    /* words (k): the number of words named, at least 1; k is at most V. scores (V). Any thread; rng is the hypothesis'
     * own, NULL where the sampler does not draw. */
    int (*choose)(const SamplerOptions *options, int V, const real *scores, int k, Rng *rng, int32_t *words);
} Sampler;

/* best:        the k words of highest score, best first; the lowest word first among equals.
 * temperature: one word from softmax(scores / temperature): the first whose cumulated weight exceeds a uniform number,
 *              as numpy.random.choice(V, p=...) does. */
#define DECLARE_SAMPLER(name) extern const Sampler sampler_##name;
SAMPLERS(DECLARE_SAMPLER)
#undef DECLARE_SAMPLER

/* The sampler of that name; NULL: there is none. */
const Sampler *sampler_named(const char *name);

#endif
