/* Caption metrics: BLEU-1 to 4, ROUGE-L and CIDEr as the COCO caption tools compute them (pycocoevalcap), and others
 * that are computed on request.
 *
 * A metric is one file and one row of EACH_METRIC, or of EACH_OPTIONAL_METRIC. It counts something per caption;
 * counts of captions add up to those of a corpus, and the same function turns either into scores. What writes scores
 * walks the table.
 *
 *   a caption and its references ──count──► counts ──Σ over captions──► combine ──► scores of a corpus
 *                                             └──────────────────────► combine ──► scores of a caption
 *
 * Results do not depend on the number of threads: one thread counts for a caption, and sums follow the captions' order.
 */
#ifndef COCO_MODEL_SCORE_METRICS_H
#define COCO_MODEL_SCORE_METRICS_H

#include "model/score/meteor_lite.h"
#include "model/score/sentence.h"

#include <stdint.h>

/* A caption and its references, at least one; borrowed. */
typedef struct {
    const Sentence *caption;
    const Sentence *references;
    int n_references;
} ScorePair;

/* What metrics may know of the corpus as a whole. */
typedef struct {
    const double *idf;      /* (n-grams) see cider.h; NULL: CIDEr is 0 */
    const WordForms *forms; /* for METEOR_lite, which cannot do without */
} ScoreCorpus;

enum { METRIC_LIST = 8 }; /* length of the lists below; a zeroed element ends them */

typedef struct {
    const char *key;   /* in JSON: "Bleu_1" */
    const char *label; /* for people: "BLEU-1" */
    const char *unit;  /* of 100 times the score: "of 100" */
} MetricScore;

/* A count, a whole number, whose sum over a corpus is written too. */
typedef struct {
    const char *key, *label;
    int at; /* among the metric's counts */
} MetricTotal;

typedef struct {
    MetricScore score[METRIC_LIST];
    MetricTotal total[METRIC_LIST];
    int n_counts;
    /* Fills counts (n_counts) for one caption. Any thread. -1: out of memory. */
    int (*count)(const ScorePair *pair, const ScoreCorpus *corpus, double *counts);
    /* Scores from the summed counts of `captions` captions, at least 1. */
    void (*combine)(const double *counts, int64_t captions, double *score);
} Metric;

/* To combine the one count of a metric whose corpus score is the mean over captions. */
void metric_mean(const double *count, int64_t captions, double *score);

/* The tables of metrics, metric_NAME, in the order in which scores are written. */
#define EACH_METRIC(ROW) ROW(bleu) ROW(rouge_l) ROW(cider)
#define EACH_OPTIONAL_METRIC(ROW) ROW(meteor_lite)

#define METRIC_DECLARE(name) extern const Metric metric_##name;
EACH_METRIC(METRIC_DECLARE)
EACH_OPTIONAL_METRIC(METRIC_DECLARE)

/* Metrics, ended by NULL: the usual ones, and those with the optional ones after them. */
typedef const Metric *const *MetricList;
extern const Metric *const METRICS[], *const ALL_METRICS[];

/* How many counts a caption has, and how many scores, of all metrics of a list: one metric after another. */
int metrics_counts(MetricList metrics);
int metrics_scores(MetricList metrics);

/* Fills counts (n, metrics_counts()), in parallel. -1: out of memory. Main thread. */
int metrics_count(MetricList metrics, const ScorePair *pairs, int64_t n, const ScoreCorpus *corpus, double *counts);
/* The sum of counts (n, metrics_counts()) over captions, into sum (metrics_counts()). */
void metrics_sum(MetricList metrics, const double *counts, int64_t n, double *sum);
/* Scores (metrics_scores()) from the summed counts of `captions` captions, at least 1. */
void metrics_combine(MetricList metrics, const double *counts, int64_t captions, double *score);

#endif
