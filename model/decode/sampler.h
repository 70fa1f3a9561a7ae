/* Choosing the next word of a caption from the scores: greedily ("best", which is also what a beam expands by), or at
 * random ("temperature").
 *
 * A sampler is one file, sampler_NAME.c, and one row of SAMPLERS; cmd/coco-sample.c chooses it. It gets the scores of
 * one hypothesis and returns up to k words, best first. There are no restrictions yet (top-k, top-p, banned words);
 * they would be members of SamplerOptions that every sampler honours. */
#ifndef COCO_MODEL_SAMPLER_H
#define COCO_MODEL_SAMPLER_H

#include "model/base/real.h"
#include "model/base/rng.h"

#include <stdbool.h>
#include <stdint.h>

/* Every sampler, one row each. */
#define SAMPLERS(row) row(best) row(temperature)

typedef struct {
    double temperature; /* above 0 */
} SamplerOptions;

typedef struct {
    const char *name;
    bool draws; /* at random: needs an Rng and returns one word */
    /* Fills words (k) from scores (V), 1 <= k <= V, and returns how many, at least 1; a sampler that draws ignores k.
     * If a score is NaN the words mean nothing, but are still from 0 to V-1. Any thread; rng belongs to the image,
     * NULL if the sampler does not draw. */
    int (*choose)(const SamplerOptions *options, int V, const real *scores, int k, Rng *rng, int32_t *words);
} Sampler;

/* best:        the k words of highest score, best first; the lowest word first among equals.
 * temperature: one word from softmax(scores / temperature): the first whose cumulated weight exceeds a uniform number,
 *              as numpy.random.choice(V, p=...) does. */
#define DECLARE_SAMPLER(name) extern const Sampler sampler_##name;
SAMPLERS(DECLARE_SAMPLER)
#undef DECLARE_SAMPLER

/* The sampler of that name, or NULL. */
const Sampler *sampler_named(const char *name);

#endif
