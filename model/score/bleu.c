/* BLEU-1 to 4 (Papineni et al. 2002), in two counts for each length of n-grams and two of words:
 *
 *   guess_k    n-grams of k words of the caption: max(0, words - k + 1)
 *   correct_k  those of them that a reference has too, each at most as often as the reference that has most of it
 *   testlen    words of the caption
 *   reflen     words of the reference nearest to it in length, of two as near the shorter one
 *
 *   score_k = (Π_{j≤k} (correct_j + 1e-15) / (guess_j + 1e-9))^(1/k), times exp(1 - 1/r) where
 *   r = (testlen + 1e-15) / (reflen + 1e-9) is below 1
 */
#include "model/score/bleu.h"

#include "model/score/metrics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { GUESS, CORRECT = NGRAM_MAX, TESTLEN = 2 * NGRAM_MAX, REFLEN, COUNTS };

static int closest_length(const ScorePair *p)
{
    int n = p->caption->n, best = p->references[0].n;
    for (int r = 1; r < p->n_references; r++) {
        int length = p->references[r].n, nearer = abs(best - n) - abs(length - n);
        if (nearer > 0 || (nearer == 0 && length < best))
            best = length;
    }
    return best;
}

/* How many occurrences of the caption's n-gram of k+1 words are correct. */
static int32_t clipped_count(const ScorePair *p, int k, const Gram *gram)
{
    int32_t most = 0;
    for (int r = 0; r < p->n_references && most < gram->count; r++) {
        int32_t count = sentence_count(&p->references[r], k, gram->id);
        most = count > most ? count : most;
    }
    return most < gram->count ? most : gram->count;
}

int32_t bleu_correct(const ScorePair *p, int k)
{
    const Sentence *c = p->caption;
    int32_t correct = 0;
    for (int i = c->at[k]; i < c->at[k + 1]; i++)
        correct += clipped_count(p, k, &c->gram[i]);
    return correct;
}

static int count(const ScorePair *p, const ScoreCorpus *corpus, double *counts)
{
    const Sentence *c = p->caption;
    (void)corpus;
    for (int k = 0; k < NGRAM_MAX; k++) {
        counts[GUESS + k] = c->n > k ? c->n - k : 0;
        counts[CORRECT + k] = bleu_correct(p, k);
    }
    counts[TESTLEN] = c->n;
    counts[REFLEN] = closest_length(p);
    return 0;
}

static void combine(const double *counts, int64_t captions, double *score)
{
    const double SMALL = 1e-9, TINY = 1e-15;
    double product = 1, ratio = (counts[TESTLEN] + TINY) / (counts[REFLEN] + SMALL);
    (void)captions;
    for (int k = 0; k < NGRAM_MAX; k++) {
        product *= (counts[CORRECT + k] + TINY) / (counts[GUESS + k] + SMALL);
        score[k] = pow(product, 1. / (k + 1));
        if (ratio < 1)
            score[k] *= exp(1 - 1 / ratio);
    }
}

const Metric metric_bleu = {
    .score = {{"Bleu_1", "BLEU-1", "of 100"},
              {"Bleu_2", "BLEU-2", "of 100"},
              {"Bleu_3", "BLEU-3", "of 100"},
              {"Bleu_4", "BLEU-4", "of 100"}},
    .total = {{"testlen", "words", TESTLEN}, {"reflen", "references nearest in length", REFLEN}},
    .n_counts = COUNTS,
    .count = count,
    .combine = combine,
};
