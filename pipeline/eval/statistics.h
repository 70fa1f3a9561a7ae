/* What captions are like: how long, how various, how often right in their words. A poor model says the same of every
 * image. */
#ifndef COCO_PIPELINE_EVAL_STATISTICS_H
#define COCO_PIPELINE_EVAL_STATISTICS_H

#include "io/base/err.h"
#include "io/base/hash.h"
#include "pipeline/eval/corpus.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    int64_t captions, distinct; /* how many, and how many different ones */
    int64_t novel;              /* how many no training caption equals; -1: not known */
    int64_t words;
    /* 0 unless `all` was asked for: */
    int64_t correct;          /* words that a reference has too, each as often at most: see bleu.h */
    int64_t unknown, dropped; /* <UNK>s, and those of them that are not among the words */
    int64_t bigrams;          /* pairs of neighbouring words */
    int64_t distinct_words, distinct_bigrams; /* different ones */
} Statistics;

/* Shares, from 0 to 1; NaN if they are of nothing. */
double statistics_mean_length(const Statistics *statistics); /* in words, not a share */
double statistics_precision(const Statistics *statistics);   /* correct / words */
double statistics_unknown(const Statistics *statistics);     /* <UNK>s / words, the dropped ones among both */
/* Distinct-n of Li et al. (2016): different n-grams / n-grams of all captions together, n = 1 and 2. */
double statistics_distinct_1(const Statistics *statistics);
double statistics_distinct_2(const Statistics *statistics);
double statistics_distinct(const Statistics *statistics); /* distinct / captions */
double statistics_novel(const Statistics *statistics);    /* novel / captions; NaN: not known */

/* What counts the captions of one corpus, set after set. */
typedef struct StatisticsCounter StatisticsCounter;

/* training: see training.h; NULL: none. NULL: out of memory. */
StatisticsCounter *statistics_begin(const Corpus *corpus, const Hash *training, bool all);
/* Counts n captions, by their places in the corpus. Linear in their words. */
Statistics statistics_count(StatisticsCounter *counter, const int64_t *caption, int64_t n);
void statistics_end(StatisticsCounter *counter); /* NULL is legal */

#endif
