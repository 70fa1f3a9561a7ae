/* A word drawn from softmax(scores / temperature), or from its likeliest words. */
#include "model/decode/sampler.h"

#include <math.h>

static double weight_of(const SamplerOptions *o, real score, double max)
{
    return exp(((double)score - max) / o->temperature);
}

/* --- the likeliest words: a heap of all, the best on top --- */

/* Whether a word of the heap comes before another: a higher score, or the lower of equal words. */
static bool before(const real *scores, int32_t a, int32_t b)
{
    return scores[a] > scores[b] || (scores[a] == scores[b] && a < b);
}

static void sift_down(const real *scores, int32_t *heap, int n, int at)
{
    int32_t moved = heap[at];
    for (int child; (child = 2 * at + 1) < n; at = child) {
        if (child + 1 < n && before(scores, heap[child + 1], heap[child]))
            child++;
        if (!before(scores, heap[child], moved))
            break;
        heap[at] = heap[child];
    }
    heap[at] = moved;
}

/* Puts the words that may be drawn at the end of heap (V), the best last, and their weights' sum into *sum. Returns
 * how many there are. `all` is the sum of all weights. */
static int take_likeliest(const SamplerOptions *o, int V, const real *scores, double max, double all, int32_t *heap,
                          double *sum)
{
    int most = o->top_k > 0 && o->top_k < V ? o->top_k : V, n = 0;
    double enough = o->top_p > 0 ? o->top_p * all : INFINITY;
    for (int i = 0; i < V; i++)
        heap[i] = i;
    for (int i = V / 2; i-- > 0;)
        sift_down(scores, heap, V, i);
    for (*sum = 0; n < 1 || (n < most && *sum < enough); n++) {
        int32_t best = heap[0];
        heap[0] = heap[V - 1 - n];
        heap[V - 1 - n] = best;
        sift_down(scores, heap, V - 1 - n, 0);
        *sum += weight_of(o, scores[best], max);
    }
    return n;
}

static int32_t draw_likeliest(const SamplerOptions *o, int V, const real *scores, double max, double all, Rng *rng,
                              int32_t *heap)
{
    double sum, at = 0;
    int n = take_likeliest(o, V, scores, max, all, heap, &sum);
    double u = rng_rand(rng) * sum;
    for (int i = 0; i < n; i++) {
        at += weight_of(o, scores[heap[V - 1 - i]], max);
        if (at > u)
            return heap[V - 1 - i];
    }
    return heap[V - n];
}

static int choose(const SamplerOptions *o, int V, const real *scores, int k, Rng *rng, int32_t *words)
{
    double max = (double)scores[0], sum = 0, at = 0;
    (void)k;
    for (int j = 1; j < V; j++)
        max = (double)scores[j] > max ? (double)scores[j] : max;
    for (int j = 0; j < V; j++)
        sum += weight_of(o, scores[j], max);
    if (o->top_k > 0 || o->top_p > 0) {
        words[0] = draw_likeliest(o, V, scores, max, sum, rng, words);
        return 1;
    }
    words[0] = (int32_t)V - 1;
    double u = rng_rand(rng) * sum;
    for (int32_t j = 0; j < V; j++) {
        at += weight_of(o, scores[j], max);
        if (at > u) {
            words[0] = j;
            break;
        }
    }
    return 1;
}

const Sampler sampler_temperature = {.name = "temperature", .draws = true, .truncates = true, .choose = choose};
