/* A word drawn from softmax(scores / temperature). */
#include "model/decode/sampler.h"

static int choose(const SamplerOptions *o, int V, const real *scores, int k, Rng *rng, int32_t *words)
{
    double max = (double)scores[0], sum = 0, at = 0;
    (void)k;
    words[0] = (int32_t)V - 1;
    for (int j = 1; j < V; j++)
        max = (double)scores[j] > max ? (double)scores[j] : max;
    for (int j = 0; j < V; j++)
        sum += exp(((double)scores[j] - max) / o->temperature);
    double u = rng_rand(rng) * sum;
    for (int32_t j = 0; j < V; j++) {
        at += exp(((double)scores[j] - max) / o->temperature);
        if (at > u) {
            words[0] = j;
            break;
        }
    }
    return 1;
}

const Sampler sampler_temperature = {.name = "temperature", .draws = true, .choose = choose};
