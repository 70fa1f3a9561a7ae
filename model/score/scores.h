/* Caption scores: BLEU-1..4, ROUGE-L and CIDEr as the COCO caption tools compute them (pycocoevalcap), on sentences
 * of numbers.
 *
 * The results do not depend on the number of threads: each caption is scored by one, and sums over captions are
 * taken in their order. */
#ifndef COCO_MODEL_SCORE_SCORES_H
#define COCO_MODEL_SCORE_SCORES_H

#include "model/score/ngrams.h"

#include <stddef.h>
#include <stdint.h>

/* What BLEU counts (Papineni et al. 2002): n-grams of the caption (guess: max(0, words - n + 1)), those of them that a
 * reference has too (correct: each at most as often as the reference with most of it), words of the caption, and
 * of the reference nearest in length, the shorter of two as near. Counts of captions add up to those of a corpus. */
typedef struct {
    int64_t guess[NGRAM_MAX], correct[NGRAM_MAX];
    int64_t testlen, reflen;
} BleuCounts;

/* score[k-1] = (Π_{j≤k} (correct_j + 1e-15) / (guess_j + 1e-9))^(1/k), times exp(1 - 1/r) where
 * r = (testlen + 1e-15) / (reflen + 1e-9) is below 1. */
void bleu_scores(const BleuCounts *counts, double score[NGRAM_MAX]);
void bleu_add(BleuCounts *sum, const BleuCounts *counts);

/* A caption and its references, one at least; borrowed. */
typedef struct {
    const Sentence *caption;
    const Sentence *references;
    int n_references;
} ScorePair;

typedef struct {
    BleuCounts bleu;
    /* (1 + β²)·P·R / (R + β²·P), β = 1.2; P and R the largest over the references, each for itself, of lcs / words of
     * the caption and of the reference (Lin 2004). A sentence without words counts as one word that only such have. */
    double rouge_l;
    /* CIDEr-D (Vedantam et al. 2015), 0 to 10: with tf-idf vectors g_n of n-grams, the mean over n = 1..4 and over the
     * references of 10·Σ min(g_n(c), g_n(r))·g_n(r) / (|g_n(c)|·|g_n(r)|) · exp(-δ² / 72), δ the difference of their
     * numbers of bigrams. 0 without idf. */
    double cider;
} Scores;

/* idf (n-grams of the table): log(images) - log(max(1, df)); df, in how many images' references an n-gram is. */
void cider_idf(const int32_t *df, int32_t n, double images, double *idf);
/* Adds an image's references to the document frequencies. last (n-grams): the last image that had each, all of them
 * -1 at the start; `image` grows from call to call. */
void cider_count(const Sentence *references, int n_references, int32_t image, int32_t *last, int32_t *df);

/* Scores n captions, in parallel. idf may be NULL. -1: out of memory. Main thread. */
int scores_compute(const ScorePair *pairs, int64_t n, const double *idf, Scores *out);

#endif
