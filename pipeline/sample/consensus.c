#include "pipeline/sample/consensus.h"

#include "model/captioner.h"
#include "model/score/cider.h"
#include "model/score/metrics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double TEMPERATURE = 3, WEIGHT_OF_OTHERS = 32;

typedef struct {
    Hash *ngrams;
    double *idf;               /* (n-grams) */
    double *expected;          /* (n-grams); NULL: nothing is */
    Sentence *sentence;        /* (n) of room */
    double (*norm)[NGRAM_MAX]; /* (n), of cider_of_pair */
    int32_t *words;            /* room for the longest one */
    int n;
} Sentences;

static int sentences_new(Sentences *s, unsigned room, int longest)
{
    *s = (Sentences){.ngrams = hash_new(),
                     .sentence = calloc(room, sizeof *s->sentence),
                     .words = malloc(((size_t)longest + 1) * sizeof *s->words)};
    return s->ngrams && s->sentence && s->words ? 0 : -1;
}

static void sentences_free(Sentences *s)
{
    for (int i = 0; i < s->n; i++)
        sentence_free(&s->sentence[i]);
    hash_free(s->ngrams);
    free(s->idf);
    free(s->expected);
    free(s->norm);
    free(s->sentence);
    free(s->words);
}

static int add_sentence(Sentences *s, const int32_t *words, int n)
{
    int kept = 0;
    for (int i = 0; i < n; i++)
        if (words[i] > WORD_END)
            s->words[kept++] = words[i];
    int rc = ngram_sentence(&s->sentence[s->n], s->ngrams, s->words, kept);
    s->n += rc == 0;
    return rc;
}

static int add_captions(Sentences *s, const SearchResult *caption, int m)
{
    int rc = 0;
    for (int i = 0; i < m && !rc; i++)
        rc = add_sentence(s, caption[i].words, caption[i].n);
    return rc;
}

static int longest_of(const SearchResult *caption, int m)
{
    int longest = 0;
    for (int i = 0; i < m; i++)
        longest = caption[i].n > longest ? caption[i].n : longest;
    return longest;
}

/* --- with each other --- */

static int equal_weights(Sentences *s)
{
    int32_t n = hash_count(s->ngrams);
    s->idf = malloc(((size_t)n + 1) * sizeof *s->idf);
    for (int32_t i = 0; s->idf && i < n; i++)
        s->idf[i] = 1;
    return s->idf ? 0 : -1;
}

/* `others` borrows the sentences' arrays: it is not freed with sentence_free. */
static int score_each(const Sentences *s, double *score)
{
    const ScoreCorpus corpus = {.idf = s->idf};
    Sentence *others = malloc((size_t)s->n * sizeof *others);
    for (int i = 0; others && i < s->n; i++) {
        memcpy(others, s->sentence, (size_t)i * sizeof *others);
        memcpy(others + i, s->sentence + i + 1, (size_t)(s->n - 1 - i) * sizeof *others);
        metric_cider.count(&(ScorePair){&s->sentence[i], others, s->n - 1}, &corpus, &score[i]);
    }
    free(others);
    return others ? 0 : -1;
}

int consensus(const SearchResult *caption, int m, double *score, Err *err)
{
    Sentences s;
    int rc = sentences_new(&s, (unsigned)m, longest_of(caption, m)) || add_captions(&s, caption, m) ||
                     equal_weights(&s) || score_each(&s, score)
                 ? err_set(err, "out of memory")
                 : 0;
    sentences_free(&s);
    return rc;
}

/* --- with others, too --- */

/* Of the table's n-grams, whose numbers differ from ours. */
static int weights_of(Sentences *s, const ExpectedCaption *e)
{
    const CaptionTable *table = e->table;
    int32_t n = hash_count(s->ngrams), *there = malloc(((size_t)n + 1) * sizeof *there);
    s->idf = malloc(((size_t)n + 1) * sizeof *s->idf);
    s->expected = malloc(((size_t)n + 1) * sizeof *s->expected);
    bool ok = there && s->idf && s->expected;
    for (int32_t i = 0; ok && i < n; i++) {
        int32_t prefix, word;
        ngram_parts(s->ngrams, i, &prefix, &word); /* a prefix is numbered before what it begins */
        bool no = prefix >= 0 && there[prefix] < 0;
        there[i] = no ? -1 : ngram_find(table->ngrams, prefix < 0 ? -1 : there[prefix], word);
        s->idf[i] = there[i] < 0 ? table->rare : table->idf[there[i]];
        s->expected[i] = there[i] < 0 ? 0 : e->vector[there[i]];
    }
    free(there);
    return ok ? 0 : -1;
}

static int take_norms(Sentences *s)
{
    s->norm = malloc(((unsigned)s->n + 1) * sizeof *s->norm);
    for (int i = 0; s->norm && i < s->n; i++)
        cider_norms(&s->sentence[i], s->idf, s->norm[i]);
    return s->norm ? 0 : -1;
}

static double alike(const Sentences *s, int i, int j)
{
    return cider_of_pair(&s->sentence[i], s->norm[i], &s->sentence[j], s->norm[j], s->idf);
}

static double as_expected(const Sentences *s, int i)
{
    const Sentence *c = &s->sentence[i];
    double sum = 0;
    for (int k = 0; k < NGRAM_MAX; k++)
        for (int j = c->at[k]; j < c->at[k + 1] && s->norm[i][k] > 0; j++)
            sum += c->gram[j].count * s->idf[c->gram[j].id] / s->norm[i][k] * s->expected[c->gram[j].id];
    return 10 * sum / NGRAM_MAX;
}

static void score_with(const Sentences *s, const SearchResult *caption, double *score)
{
    double best = caption[0].logprob;
    for (int i = 1; i < s->n; i++)
        best = fmax(best, caption[i].logprob);
    for (int i = 0; i < s->n; i++) {
        double own = 0, sum = 0;
        for (int j = 0; j < s->n; j++) {
            double p = exp((caption[j].logprob - best) / TEMPERATURE);
            own += p * alike(s, i, j);
            sum += p;
        }
        score[i] = own / sum + WEIGHT_OF_OTHERS * as_expected(s, i);
    }
}

int consensus_with(const ExpectedCaption *expected, const SearchResult *caption, int m, double *score, Err *err)
{
    Sentences s;
    int rc = sentences_new(&s, (unsigned)m, longest_of(caption, m)) || add_captions(&s, caption, m) ||
                     weights_of(&s, expected) || take_norms(&s)
                 ? err_set(err, "out of memory")
                 : 0;
    if (rc == 0)
        score_with(&s, caption, score);
    sentences_free(&s);
    return rc;
}
