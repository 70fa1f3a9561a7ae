#include "model/score/metrics.h"

#include <stddef.h>

#define METRIC_ROW(name) &metric_##name,
const Metric *const METRICS[] = {EACH_METRIC(METRIC_ROW) NULL};
const Metric *const ALL_METRICS[] = {EACH_METRIC(METRIC_ROW) EACH_OPTIONAL_METRIC(METRIC_ROW) NULL};

void metric_mean(const double *count, int64_t captions, double *score)
{
    *score = *count / (double)captions;
}

static int n_scores(const Metric *m)
{
    int n = 0;
    while (m->score[n].key)
        n++;
    return n;
}

int metrics_counts(MetricList metrics)
{
    int n = 0;
    for (MetricList m = metrics; *m; m++)
        n += (*m)->n_counts;
    return n;
}

int metrics_scores(MetricList metrics)
{
    int n = 0;
    for (MetricList m = metrics; *m; m++)
        n += n_scores(*m);
    return n;
}

static int count_one(MetricList metrics, const ScorePair *pair, const ScoreCorpus *corpus, double *counts)
{
    for (MetricList m = metrics; *m; counts += (*m++)->n_counts)
        if ((*m)->count(pair, corpus, counts))
            return -1;
    return 0;
}

int metrics_count(MetricList metrics, const ScorePair *pairs, int64_t n, const ScoreCorpus *corpus, double *counts)
{
    int failed = 0, width = metrics_counts(metrics);
#pragma omp parallel for schedule(dynamic, 64) reduction(| : failed)
    for (int64_t i = 0; i < n; i++)
        failed |= count_one(metrics, &pairs[i], corpus, counts + i * width) != 0;
    return failed ? -1 : 0;
}

/* Σ over i < n of x[i·stride], in the order in which NumPy adds: eight partial sums in blocks of up to 128, halves of
 * what is longer. So means have every digit of the peers'. */
static double pairwise_sum(const double *x, int stride, int64_t n)
{
    enum { PARTS = 8, BLOCK = 128 };
    double part[PARTS] = {0}, sum;
    int64_t i = 0, half = n / 2 / PARTS * PARTS;
    if (n > BLOCK)
        return pairwise_sum(x, stride, half) + pairwise_sum(x + half * stride, stride, n - half);
    for (; i < n / PARTS * PARTS; i++)
        part[i % PARTS] += x[i * stride];
    sum = ((part[0] + part[1]) + (part[2] + part[3])) + ((part[4] + part[5]) + (part[6] + part[7]));
    for (; i < n; i++)
        sum += x[i * stride];
    return sum;
}

void metrics_sum(MetricList metrics, const double *counts, int64_t n, double *sum)
{
    int width = metrics_counts(metrics);
    for (int k = 0; k < width; k++)
        sum[k] = pairwise_sum(counts + k, width, n);
}

void metrics_combine(MetricList metrics, const double *counts, int64_t captions, double *score)
{
    for (MetricList m = metrics; *m; m++) {
        (*m)->combine(counts, captions, score);
        counts += (*m)->n_counts;
        score += n_scores(*m);
    }
}
