#include "pipeline/sample/rerank.h"

#include "model/captioner.h"
#include "model/score/metrics.h"
#include "pipeline/eval/ngrams.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Captions that differ in a word that no other has ("a red car", "a blue car") are often equal but for rounding. */
static const double PRECISION = 1e9;

typedef struct {
    Hash *ngrams;
    double *idf;        /* (n-grams), all 1 */
    Sentence *sentence; /* (m) */
    Sentence *others;   /* (m - 1): copies, whose content is the sentences' */
    int32_t *words;     /* room for the longest caption */
    int m;
} Captions;

static int add_sentence(Captions *c, const SearchResult *caption)
{
    int n = 0;
    for (int i = 0; i < caption->n; i++)
        if (caption->words[i] > WORD_END)
            c->words[n++] = caption->words[i];
    int rc = ngram_sentence(&c->sentence[c->m], c->ngrams, c->words, n);
    c->m += rc == 0;
    return rc;
}

static int make_sentences(Captions *c, const SearchResult *caption, int m)
{
    int longest = 1;
    for (int i = 0; i < m; i++)
        if (caption[i].n > longest)
            longest = caption[i].n;
    c->ngrams = hash_new();
    c->sentence = calloc((size_t)m, sizeof *c->sentence);
    c->others = malloc((size_t)m * sizeof *c->others);
    c->words = malloc((size_t)longest * sizeof *c->words);
    if (!c->ngrams || !c->sentence || !c->others || !c->words)
        return -1;
    for (int i = 0; i < m; i++)
        if (add_sentence(c, &caption[i]))
            return -1;
    int32_t n = hash_count(c->ngrams);
    c->idf = malloc(((size_t)n + 1) * sizeof *c->idf);
    for (int32_t i = 0; c->idf && i < n; i++)
        c->idf[i] = 1;
    return c->idf ? 0 : -1;
}

static int score_all(const Captions *c, double *score)
{
    const ScoreCorpus corpus = {.idf = c->idf};
    for (int i = 0; i < c->m; i++) {
        const ScorePair pair = {&c->sentence[i], c->others, c->m - 1};
        memcpy(c->others, c->sentence, (size_t)i * sizeof *c->others);
        memcpy(c->others + i, c->sentence + i + 1, (size_t)(c->m - 1 - i) * sizeof *c->others);
        if (metric_cider.count(&pair, &corpus, &score[i]))
            return -1;
    }
    return 0;
}

int consensus(const SearchResult *caption, int m, double *score, Err *err)
{
    Captions c = {0};
    int rc = make_sentences(&c, caption, m) || score_all(&c, score) ? err_set(err, "out of memory") : 0;
    for (int i = 0; i < c.m; i++)
        sentence_free(&c.sentence[i]);
    hash_free(c.ngrams);
    free(c.idf);
    free(c.sentence);
    free(c.others);
    free(c.words);
    return rc;
}

/* By insertion, which keeps the order of equal ones; there are few. */
static void sort(SearchResult *results, double *score, int m)
{
    for (int i = 1; i < m; i++) {
        SearchResult result = results[i];
        double s = score[i];
        int j = i;
        for (; j > 0 && score[j - 1] < s; j--) {
            results[j] = results[j - 1];
            score[j] = score[j - 1];
        }
        results[j] = result;
        score[j] = s;
    }
}

int rerank(SearchResult *results, int n, Err *err)
{
    int m = 0;
    while (m < n && results[m].n)
        m++;
    if (m < 2)
        return 0;
    double *score = malloc((size_t)m * sizeof *score);
    int rc = score ? consensus(results, m, score, err) : err_set(err, "out of memory");
    for (int i = 0; rc == 0 && i < m; i++)
        score[i] = round(score[i] * PRECISION);
    if (rc == 0)
        sort(results, score, m);
    free(score);
    return rc;
}
