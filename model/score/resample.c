#include "model/score/resample.h"

#include "model/base/philox.h"
#include "model/score/metrics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    MetricList metrics;
    const ImageCounts *a, *b;
    int64_t images;
    uint32_t seed;
    int n_counts, n_scores;
} Pair;

enum { BOOTSTRAP, EXCHANGE }; /* streams of random numbers */

/* Four random words of a resample's stream, from number 4·block on. */
static void random_words(const Pair *p, int stream, int resample, int64_t block, uint32_t four[4])
{
    const uint32_t key[2] = {p->seed, (uint32_t)stream};
    const uint32_t counter[4] = {(uint32_t)block, (uint32_t)((uint64_t)block >> 32), (uint32_t)resample, 0};
    philox4x32(counter, key, four);
}

/* How much the scores of b's sums are above those of a's. score (n_scores) is scratch. */
static void difference_of(const Pair *p, const double *sum_a, int64_t captions_a, const double *sum_b,
                          int64_t captions_b, double *score, double *difference)
{
    metrics_combine(p->metrics, sum_a, captions_a, score);
    metrics_combine(p->metrics, sum_b, captions_b, difference);
    for (int k = 0; k < p->n_scores; k++)
        difference[k] -= score[k];
}

/* Adds an image's counts to a sum, `times` times. */
static void add(const ImageCounts *c, int64_t image, int width, double times, double *sum, int64_t *captions)
{
    const double *counts = c->counts + image * width;
    for (int k = 0; k < width; k++)
        sum[k] += times * counts[k];
    *captions += (int64_t)times * c->captions[image];
}

/* The differences of one resample: each image counts as often as it was drawn. times (images) and scratch are
 * scratch. */
static void bootstrap(const Pair *p, int resample, int32_t *times, double *scratch, double *difference)
{
    double *sum_a = scratch, *sum_b = sum_a + p->n_counts, *score = sum_b + p->n_counts;
    int64_t captions_a = 0, captions_b = 0;
    memset(times, 0, (size_t)p->images * sizeof *times);
    memset(scratch, 0, 2 * (size_t)p->n_counts * sizeof *scratch);
    for (int64_t i = 0; i < p->images; i += 4) {
        uint32_t four[4];
        random_words(p, BOOTSTRAP, resample, i / 4, four);
        for (int k = 0; k < 4 && i + k < p->images; k++)
            times[(uint64_t)four[k] * (uint64_t)p->images >> 32]++;
    }
    for (int64_t i = 0; i < p->images; i++) {
        if (times[i]) {
            add(p->a, i, p->n_counts, times[i], sum_a, &captions_a);
            add(p->b, i, p->n_counts, times[i], sum_b, &captions_b);
        }
    }
    difference_of(p, sum_a, captions_a, sum_b, captions_b, score, difference);
}

/* The differences after one exchange; with resample -1 nothing is exchanged. */
static void exchange(const Pair *p, int resample, double *scratch, double *difference)
{
    double *sum_a = scratch, *sum_b = sum_a + p->n_counts, *score = sum_b + p->n_counts;
    int64_t captions_a = 0, captions_b = 0;
    uint32_t four[4] = {0};
    memset(scratch, 0, 2 * (size_t)p->n_counts * sizeof *scratch);
    for (int64_t i = 0; i < p->images; i++) {
        if (i % 128 == 0 && resample >= 0)
            random_words(p, EXCHANGE, resample, i / 128, four);
        int swap = four[i / 32 % 4] >> i % 32 & 1;
        add(swap ? p->b : p->a, i, p->n_counts, 1, sum_a, &captions_a);
        add(swap ? p->a : p->b, i, p->n_counts, 1, sum_b, &captions_b);
    }
    difference_of(p, sum_a, captions_a, sum_b, captions_b, score, difference);
}

/* One resample and one exchange. -1: out of memory. */
static int draw(const Pair *p, int resample, double *drawn, double *exchanged)
{
    int32_t *times = malloc((size_t)p->images * sizeof *times);
    double *scratch = malloc((size_t)(2 * p->n_counts + p->n_scores) * sizeof *scratch);
    int rc = times && scratch ? 0 : -1;
    if (!rc) {
        bootstrap(p, resample, times, scratch, drawn);
        exchange(p, resample, scratch, exchanged);
    }
    free(times);
    free(scratch);
    return rc;
}

static int rising(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The difference of one score from its values, which are `stride` apart. sorted (resamples) is scratch. */
static Difference judge(double value, const double *drawn, const double *exchanged, int resamples, int stride,
                        double *sorted)
{
    const double ROUNDING = 1e-9;                /* sums of the same numbers in another order */
    int outside = resamples / 40, exceeding = 0; /* 2.5 of 100 on either side */
    for (int r = 0; r < resamples; r++) {
        sorted[r] = drawn[r * stride];
        exceeding += fabs(exchanged[r * stride]) >= fabs(value) * (1 - ROUNDING) - 1e-15;
    }
    qsort(sorted, (size_t)resamples, sizeof *sorted, rising);
    return (Difference){value, sorted[outside], sorted[resamples - 1 - outside],
                        (exceeding + 1.) / (resamples + 1.)};
}

int resample_compare(MetricList metrics, const ImageCounts *a, const ImageCounts *b, int64_t images, int resamples,
                     uint32_t seed, Difference *difference)
{
    const Pair p = {metrics, a, b, images, seed, metrics_counts(metrics), metrics_scores(metrics)};
    size_t n = (size_t)resamples * (size_t)p.n_scores;
    double *drawn = malloc(n * sizeof *drawn), *exchanged = malloc(n * sizeof *exchanged);
    double *sorted = malloc((size_t)resamples * sizeof *sorted);
    double *scratch = malloc((size_t)(2 * p.n_counts + 2 * p.n_scores) * sizeof *scratch);
    int failed = !drawn || !exchanged || !sorted || !scratch;
    if (!failed) {
#pragma omp parallel for schedule(dynamic) reduction(| : failed)
        for (int r = 0; r < resamples; r++)
            failed |= draw(&p, r, drawn + r * p.n_scores, exchanged + r * p.n_scores) != 0;
    }
    if (!failed) {
        double *value = scratch + 2 * p.n_counts + p.n_scores;
        exchange(&p, -1, scratch, value);
        for (int k = 0; k < p.n_scores; k++)
            difference[k] = judge(value[k], drawn + k, exchanged + k, resamples, p.n_scores, sorted);
    }
    free(drawn);
    free(exchanged);
    free(sorted);
    free(scratch);
    return failed ? -1 : 0;
}
