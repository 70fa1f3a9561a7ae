/* Choosing the next word of a caption from the scores: greedily ("best", which is also what a beam expands by), or at
 * random ("temperature").
 *
 * A sampler is one file, sampler_NAME.c, and one row of SAMPLERS; cmd/coco-sample.c chooses it. It gets the scores of
 * one hypothesis and returns up to k words, best first. What rules.h bans has a score of -∞. */
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
    int top_k;          /* draw from the K words of highest score alone; 0: from all */
    double top_p;       /* from the fewest of highest score that have this probability together, 0 to 1; 0: all */
} SamplerOptions;

typedef struct {
    const char *name;
    bool draws;     /* at random: needs an Rng and returns one word */
    bool truncates; /* honours top_k and top_p */
    /* Fills words (k; V if sampler_needs_room) from scores (V), 1 <= k <= V, and returns how many, at least 1; a
     * sampler that draws ignores k. If a score is NaN the words mean nothing, but are still from 0 to V-1. Any
     * thread; rng belongs to the image, NULL if the sampler does not draw. */
    int (*choose)(const SamplerOptions *options, int V, const real *scores, int k, Rng *rng, int32_t *words);
} Sampler;

/* best:        the k words of highest score, best first; the lowest word first among equals.
 * temperature: one word from softmax(scores / temperature): the first whose cumulated weight exceeds a uniform number,
 *              as numpy.random.choice(V, p=...) does. With top_k (Fan et al. 2018) or top_p (nucleus sampling,
 *              Holtzman et al. 2020) from those words alone, best first, their probabilities at that temperature. */
#define DECLARE_SAMPLER(name) extern const Sampler sampler_##name;
SAMPLERS(DECLARE_SAMPLER)
#undef DECLARE_SAMPLER

/* Whether `words` needs room for all words. */
static inline bool sampler_needs_room(const Sampler *sampler, const SamplerOptions *options)
{
    return sampler->truncates && (options->top_k > 0 || options->top_p > 0);
}

/* The sampler of that name, or NULL. */
const Sampler *sampler_named(const char *name);

#endif
