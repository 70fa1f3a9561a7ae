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

void cider_norms(const Sentence *s, const double *idf, double norm[NGRAM_MAX])
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
static double similarity(const Sentence *c, const double *c_norm, const Sentence *r, const double *r_norm,
                         const double *idf)
{
    double sum = 0;
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

static int bigrams(const Sentence *s)
{
    return s->n > 1 ? s->n - 1 : 0;
}

/* Before the mean over n. */
static double score_one(const Sentence *c, const double *c_norm, const Sentence *r, const double *r_norm,
                        const double *idf)
{
    const double SIGMA = 6;
    double delta = bigrams(c) - bigrams(r);
    return similarity(c, c_norm, r, r_norm, idf) * exp(-delta * delta / (2 * SIGMA * SIGMA));
}

double cider_of_pair(const Sentence *c, const double c_norm[NGRAM_MAX], const Sentence *r,
                     const double r_norm[NGRAM_MAX], const double *idf)
{
    return 10 * score_one(c, c_norm, r, r_norm, idf) / NGRAM_MAX;
}

static double score_pair(const ScorePair *p, const double *idf)
{
    double c_norm[NGRAM_MAX], r_norm[NGRAM_MAX], sum = 0;
    cider_norms(p->caption, idf, c_norm);
    for (int r = 0; r < p->n_references; r++) {
        cider_norms(&p->references[r], idf, r_norm);
        sum += score_one(p->caption, c_norm, &p->references[r], r_norm, idf);
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
