/* The words of highest score. */
#include "model/decode/sampler.h"
#include "model/kernels.h"

static int choose(const SamplerOptions *o, int V, const real *scores, int k, Rng *rng, int32_t *words)
{
    int n = 0;
    (void)o, (void)rng;
    if (k == 1) {
        words[0] = best_word(V, scores);
        return 1;
    }
    for (int32_t j = 0; j < V; j++) {
        if (n == k)
            j = next_above(V, scores, j, scores[words[n - 1]]);
        if (j == V)
            break;
        int at = n < k ? n++ : n - 1;
        for (; at > 0 && scores[j] > scores[words[at - 1]]; at--)
            words[at] = words[at - 1];
        words[at] = j;
    }
    return n;
}

const Sampler sampler_best = {.name = "best", .choose = choose};
