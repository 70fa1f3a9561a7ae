/* CIDEr-D (Vedantam et al. 2015), 0 to 10: with g_n the tf-idf vector of a sentence's n-grams, the mean over n = 1..4
 * and over the references of
 *
 *   10 · Σ min(g_n(c), g_n(r))·g_n(r) / (|g_n(c)|·|g_n(r)|) · exp(-δ² / 72)
 *
 * where δ is the difference between the counts of bigrams. Of a corpus: the mean. */
#include "model/score/cider.h"

#include "model/score/metrics.h"

#include <math.h>

void cider_idf(const int32_t *df, int32_t n, double images, double *idf)
{
    double log_images = log(images);
    for (int32_t i = 0; i < n; i++)
        idf[i] = log_images - log(df[i] > 1 ? df[i] : 1);
}

void cider_add_df(const Sentence *references, int n_references, int32_t image, int32_t *last, int32_t *df)
{
    for (int r = 0; r < n_references; r++) {
        const Sentence *s = &references[r];
        for (int i = 0; i < s->at[NGRAM_MAX]; i++) {
            int32_t id = s->gram[i].id;
            df[id] += last[id] != image;
            last[id] = image;
        }
    }
}

/* The Euclidean norms of a sentence's tf-idf vectors. */
static void norms(const Sentence *s, const double *idf, double norm[NGRAM_MAX])
{
    for (int k = 0; k < NGRAM_MAX; k++) {
        double sum = 0;
        for (int i = s->at[k]; i < s->at[k + 1]; i++) {
            double g = s->gram[i].count * idf[s->gram[i].id];
            sum += g * g;
        }
        norm[k] = sqrt(sum);
    }
}

/* Σ over k of the clipped cosine. */
static double similarity(const Sentence *c, const double *c_norm, const Sentence *r, const double *idf)
{
    double r_norm[NGRAM_MAX], sum = 0;
    norms(r, idf, r_norm);
    for (int k = 0; k < NGRAM_MAX; k++) {
        double dot = 0;
        for (int i = c->at[k]; i < c->at[k + 1]; i++) {
            double weight = idf[c->gram[i].id];
            double gc = c->gram[i].count * weight, gr = sentence_count(r, k, c->gram[i].id) * weight;
            dot += fmin(gc, gr) * gr;
        }
        if (c_norm[k] != 0 && r_norm[k] != 0)
            dot /= c_norm[k] * r_norm[k];
        sum += dot;
    }
    return sum;
}

static double score_pair(const ScorePair *p, const double *idf)
{
    const double SIGMA = 6;
    double c_norm[NGRAM_MAX], sum = 0;
    int bigrams = p->caption->n > 1 ? p->caption->n - 1 : 0;
    norms(p->caption, idf, c_norm);
    for (int r = 0; r < p->n_references; r++) {
        const Sentence *s = &p->references[r];
        double delta = bigrams - (s->n > 1 ? s->n - 1 : 0);
        sum += similarity(p->caption, c_norm, s, idf) * exp(-delta * delta / (2 * SIGMA * SIGMA));
    }
    return 10 * sum / NGRAM_MAX / p->n_references;
}

static int count(const ScorePair *p, const ScoreCorpus *corpus, double *counts)
{
    *counts = corpus->idf ? score_pair(p, corpus->idf) : 0;
    return 0;
}

const Metric metric_cider = {
    .score = {{"CIDEr", "CIDEr", "of 1000: CIDEr-D times 100, as papers print it"}},
    .n_counts = 1,
    .count = count,
    .combine = metric_mean,
};
