#include "model/score/scores.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --- BLEU --- */

void bleu_scores(const BleuCounts *c, double score[NGRAM_MAX])
{
    const double SMALL = 1e-9, TINY = 1e-15;
    double product = 1;
    double ratio = ((double)c->testlen + TINY) / ((double)c->reflen + SMALL);
    for (int k = 0; k < NGRAM_MAX; k++) {
        product *= ((double)c->correct[k] + TINY) / ((double)c->guess[k] + SMALL);
        score[k] = pow(product, 1. / (k + 1));
        if (ratio < 1)
            score[k] *= exp(1 - 1 / ratio);
    }
}

void bleu_add(BleuCounts *sum, const BleuCounts *c)
{
    for (int k = 0; k < NGRAM_MAX; k++) {
        sum->guess[k] += c->guess[k];
        sum->correct[k] += c->correct[k];
    }
    sum->testlen += c->testlen;
    sum->reflen += c->reflen;
}

/* The length of the reference that is nearest to n words, the shorter of two as near. */
static int closest_length(const ScorePair *p, int n)
{
    int best = p->references[0].n;
    for (int r = 1; r < p->n_references; r++) {
        int length = p->references[r].n, nearer = abs(best - n) - abs(length - n);
        if (nearer > 0 || (nearer == 0 && length < best))
            best = length;
    }
    return best;
}

static void bleu_count(const ScorePair *p, BleuCounts *out)
{
    const Sentence *c = p->caption;
    *out = (BleuCounts){.testlen = c->n, .reflen = closest_length(p, c->n)};
    for (int k = 0; k < NGRAM_MAX; k++) {
        out->guess[k] = c->n > k ? c->n - k : 0;
        for (int i = c->at[k]; i < c->at[k + 1]; i++) {
            int32_t most = 0;
            for (int r = 0; r < p->n_references && most < c->gram[i].count; r++) {
                int32_t count = sentence_count(&p->references[r], k, c->gram[i].id);
                most = count > most ? count : most;
            }
            out->correct[k] += most < c->gram[i].count ? most : c->gram[i].count;
        }
    }
}

/* --- ROUGE-L --- */

/* The length of the longest common subsequence of a (n) and b (m). row (m + 1): room. */
static int common(const int32_t *a, int n, const int32_t *b, int m, int *row)
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

static double rouge_l(const ScorePair *p, int *row)
{
    static const int32_t NO_WORD = -1; /* the one word of a sentence without any */
    const double BETA2 = 1.2 * 1.2;
    const int32_t *a = p->caption->n ? p->caption->word : &NO_WORD;
    int n = p->caption->n ? p->caption->n : 1;
    double precision = 0, recall = 0;
    for (int r = 0; r < p->n_references; r++) {
        const Sentence *s = &p->references[r];
        int m = s->n ? s->n : 1;
        double lcs = common(a, n, s->n ? s->word : &NO_WORD, m, row);
        precision = fmax(precision, lcs / n);
        recall = fmax(recall, lcs / m);
    }
    if (precision == 0 || recall == 0)
        return 0;
    return (1 + BETA2) * precision * recall / (recall + BETA2 * precision);
}

/* --- CIDEr --- */

void cider_idf(const int32_t *df, int32_t n, double images, double *idf)
{
    double log_images = log(images);
    for (int32_t i = 0; i < n; i++)
        idf[i] = log_images - log(df[i] > 1 ? df[i] : 1);
}

void cider_count(const Sentence *references, int n_references, int32_t image, int32_t *last, int32_t *df)
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

static double cider(const ScorePair *p, const double *idf)
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

/* --- all --- */

static int score(const ScorePair *p, const double *idf, Scores *out)
{
    int longest = 1;
    for (int r = 0; r < p->n_references; r++)
        longest = p->references[r].n > longest ? p->references[r].n : longest;
    int *row = malloc(((size_t)longest + 1) * sizeof *row);
    if (!row)
        return -1;
    bleu_count(p, &out->bleu);
    out->rouge_l = rouge_l(p, row);
    out->cider = idf ? cider(p, idf) : 0;
    free(row);
    return 0;
}

int scores_compute(const ScorePair *pairs, int64_t n, const double *idf, Scores *out)
{
    int failed = 0;
#pragma omp parallel for schedule(dynamic, 64) reduction(| : failed)
    for (int64_t i = 0; i < n; i++)
        failed |= score(&pairs[i], idf, &out[i]) != 0;
    return failed ? -1 : 0;
}
