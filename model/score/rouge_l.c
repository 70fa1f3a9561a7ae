/* ROUGE-L (Lin 2004): (1 + β²)·P·R / (R + β²·P), β = 1.2, where P is the largest over the references of lcs / tokens of
 * the caption, and R, taken separately, the largest of lcs / tokens of the reference; lcs is the length of the longest
 * common subsequence. A sentence without tokens counts as one token that only such sentences have. Of a corpus: the
 * mean.
 */
#include "model/score/metrics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The length of the longest common subsequence of a (n) and b (m). row (m + 1) is scratch. */
static int common_length(const int32_t *a, int n, const int32_t *b, int m, int *row)
{
    memset(row, 0, ((size_t)m + 1) * sizeof *row);
    for (int i = 0; i < n; i++) {
        int diagonal = 0; /* of i-1 and j-1 */
        for (int j = 1; j <= m; j++) {
            int above = row[j];
            row[j] = a[i] == b[j - 1] ? diagonal + 1 : row[j - 1] > above ? row[j - 1] : above;
            diagonal = above;
        }
    }
    return row[m];
}

static double score_pair(const ScorePair *p, int *row)
{
    static const int32_t NO_TOKEN = -1; /* the only token of a sentence without any */
    const double BETA2 = 1.2 * 1.2;
    const int32_t *a = p->caption->n_tokens ? p->caption->token : &NO_TOKEN;
    int n = p->caption->n_tokens ? p->caption->n_tokens : 1;
    double precision = 0, recall = 0;
    for (int r = 0; r < p->n_references; r++) {
        const Sentence *s = &p->references[r];
        int m = s->n_tokens ? s->n_tokens : 1;
        double lcs = common_length(a, n, s->n_tokens ? s->token : &NO_TOKEN, m, row);
        precision = fmax(precision, lcs / n);
        recall = fmax(recall, lcs / m);
    }
    if (precision == 0 || recall == 0)
        return 0;
    return (1 + BETA2) * precision * recall / (recall + BETA2 * precision);
}

static int count(const ScorePair *p, const ScoreCorpus *corpus, double *counts)
{
    int longest = 1;
    (void)corpus;
    for (int r = 0; r < p->n_references; r++)
        longest = p->references[r].n_tokens > longest ? p->references[r].n_tokens : longest;
    int *row = malloc(((size_t)longest + 1) * sizeof *row);
    if (!row)
        return -1;
    *counts = score_pair(p, row);
    free(row);
    return 0;
}

const Metric metric_rouge_l = {
    .score = {{"ROUGE_L", "ROUGE-L", "of 100"}},
    .n_counts = 1,
    .count = count,
    .combine = metric_mean,
};
