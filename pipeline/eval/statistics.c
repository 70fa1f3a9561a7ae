#include "pipeline/eval/statistics.h"

#include "model/score/bleu.h"

#include <math.h>
#include <stdlib.h>

struct StatisticsCounter {
    const Corpus *corpus;
    bool all;
    bool has_training;
    char *known; /* (texts): a training caption equals it */
    /* The last set in which a text, or an n-gram, was seen. */
    int32_t *text, *ngram;
    int32_t set;
};

static double share(int64_t part, int64_t whole)
{
    return whole ? (double)part / (double)whole : NAN;
}

double statistics_mean_length(const Statistics *s)
{
    return share(s->words, s->captions);
}

double statistics_precision(const Statistics *s)
{
    return share(s->correct, s->words);
}

double statistics_unknown(const Statistics *s)
{
    return share(s->unknown, s->words + s->dropped);
}

double statistics_distinct_1(const Statistics *s)
{
    return share(s->distinct_words, s->words);
}

double statistics_distinct_2(const Statistics *s)
{
    return share(s->distinct_bigrams, s->bigrams);
}

double statistics_distinct(const Statistics *s)
{
    return share(s->distinct, s->captions);
}

double statistics_novel(const Statistics *s)
{
    return s->novel < 0 ? NAN : share(s->novel, s->captions);
}

static void find_known(StatisticsCounter *c, const Hash *training)
{
    for (int32_t i = 0; i < hash_count(c->corpus->texts); i++) {
        size_t len;
        const char *text = hash_key(c->corpus->texts, i, &len);
        c->known[i] = hash_find(training, text, len) >= 0;
    }
}

StatisticsCounter *statistics_begin(const Corpus *corpus, const Hash *training, bool all)
{
    StatisticsCounter *c = calloc(1, sizeof *c);
    if (!c)
        return NULL;
    *c = (StatisticsCounter){.corpus = corpus, .all = all, .has_training = training != NULL};
    size_t texts = (size_t)hash_count(corpus->texts) + 1;
    size_t ngrams = all ? (size_t)hash_count(corpus->ngrams) + 1 : 1;
    c->known = calloc(texts, 1);
    c->text = calloc(texts, sizeof *c->text);
    c->ngram = calloc(ngrams, sizeof *c->ngram);
    if (!c->known || !c->text || !c->ngram) {
        statistics_end(c);
        return NULL;
    }
    if (training)
        find_known(c, training);
    return c;
}

void statistics_end(StatisticsCounter *c)
{
    if (!c)
        return;
    free(c->known);
    free(c->text);
    free(c->ngram);
    free(c);
}

/* How many of a sentence's n-grams of k+1 words are new in this set. */
static int64_t count_new(StatisticsCounter *c, const Sentence *s, int k)
{
    int64_t n = 0;
    for (int i = s->at[k]; i < s->at[k + 1]; i++) {
        n += c->ngram[s->gram[i].id] != c->set;
        c->ngram[s->gram[i].id] = c->set;
    }
    return n;
}

static void count_words(StatisticsCounter *c, const CorpusCaption *caption, Statistics *out)
{
    const TokenRule rule = c->corpus->rule;
    const CorpusImage *image = &c->corpus->image[caption->image];
    const Sentence *s = &caption->sentence;
    const ScorePair pair = {s, image->reference, image->n_references};
    out->correct += bleu_correct(&pair, 0);
    out->unknown += caption->unknown;
    out->dropped += rule.kind == TOKENS_CLEAN || rule.drop_unk ? caption->unknown : 0;
    out->bigrams += s->n > 1 ? s->n - 1 : 0;
    out->distinct_words += count_new(c, s, 0);
    out->distinct_bigrams += count_new(c, s, 1);
}

Statistics statistics_count(StatisticsCounter *c, const int64_t *place, int64_t n)
{
    Statistics out = {.captions = n, .novel = c->has_training ? 0 : -1};
    c->set++;
    for (int64_t i = 0; i < n; i++) {
        const CorpusCaption *caption = &c->corpus->caption[place[i]];
        out.words += caption->sentence.n;
        out.distinct += c->text[caption->text] != c->set;
        c->text[caption->text] = c->set;
        if (c->has_training)
            out.novel += !c->known[caption->text];
        if (c->all)
            count_words(c, caption, &out);
    }
    return out;
}
