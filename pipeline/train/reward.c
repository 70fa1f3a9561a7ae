#include "pipeline/train/reward.h"

#include "model/captioner.h"
#include "model/score/metrics.h"
#include "pipeline/eval/caption_table.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { COUNTS = 16, SCORES = METRIC_LIST };

/* In the order of REWARD_NAMES. */
static const struct {
    const Metric *metric;
    int score; /* which of its scores */
} REWARD[REWARDS] = {{&metric_cider, 0}, {&metric_bleu, 3}};

struct Reward {
    const Dataset *data;
    double weight[REWARDS];
    int words;          /* of a caption, at most */
    CaptionTable table; /* n-grams that it lacks are numbered from `known` on, for each caption by itself */
};

Reward *reward_new(const Dataset *data, const double weight[REWARDS], int words, Err *err)
{
    Reward *r = calloc(1, sizeof *r);
    if (!r) {
        err_set(err, "out of memory");
        return NULL;
    }
    r->data = data;
    memcpy(r->weight, weight, sizeof r->weight);
    r->words = words;
    if (caption_table_make(&r->table, data, (size_t)NGRAM_MAX * (size_t)words, err) == 0)
        return r;
    reward_free(r);
    return NULL;
}

void reward_free(Reward *r)
{
    if (!r)
        return;
    caption_table_free(&r->table);
    free(r);
}

/* --- captions --- */

/* The number of an n-gram of k+1 words that train does not have: its first place in the caption, after those known. */
static int32_t new_number(const Reward *r, const int32_t *word, int k, int i, int n)
{
    int first = 0;
    while (memcmp(word + first, word + i, ((size_t)k + 1) * sizeof *word) != 0)
        first++;
    return r->table.known + k * n + first;
}

/* The sentence of n words; its n-grams are not added to the table. Of a caption that is drawn, those with <UNK> are as
 * if train had them not. id (NGRAM_MAX·n) is scratch. */
static int sentence_of(const Reward *r, const int32_t *word, int n, bool drawn, int32_t *id, Sentence *s)
{
    for (int k = 0; k < NGRAM_MAX; k++)
        for (int i = 0; i < n - k; i++) {
            int32_t prefix = k ? id[(k - 1) * n + i] : -1;
            bool look = prefix < r->table.known && !(drawn && word[i + k] == WORD_UNK);
            int32_t found = look ? ngram_find(r->table.ngrams, prefix, word[i + k]) : -1;
            id[k * n + i] = found >= 0 ? found : new_number(r, word, k, i, n);
        }
    return sentence_init(s, word, n, id);
}

static double reward_of(const Reward *r, const ScorePair *pair)
{
    const ScoreCorpus corpus = {.idf = r->table.idf};
    double sum = 0, counts[COUNTS], score[SCORES];
    for (int i = 0; i < REWARDS; i++) {
        const Metric *m = REWARD[i].metric;
        if (r->weight[i] == 0 || pair->caption->n == 0)
            continue;
        m->count(pair, &corpus, counts);
        m->combine(counts, 1, score);
        sum += r->weight[i] * score[REWARD[i].score];
    }
    return sum;
}

/* The rewards (each) of an image's captions. */
static int reward_image(const Reward *r, int64_t row, int each, const int32_t *captions, double *out)
{
    const Dataset *d = r->data;
    int n = (int)(d->caption_at[row + 1] - d->caption_at[row]), made = 0, rc = 0;
    Sentence *reference = calloc((size_t)n, sizeof *reference);
    int32_t *id = malloc((size_t)(r->words > d->width ? r->words : d->width) * NGRAM_MAX * sizeof *id);
    rc = reference && id ? 0 : -1;
    for (; !rc && made < n; made += !rc) {
        const int32_t *caption = d->captions.ints + d->caption_of[d->caption_at[row] + made] * d->width;
        rc = sentence_of(r, caption + 1, caption_words(caption, d->width), false, id, &reference[made]);
    }
    for (int i = 0; !rc && i < each; i++) {
        const int32_t *caption = captions + (size_t)i * (size_t)(r->words + 1);
        Sentence s;
        rc = sentence_of(r, caption + 1, caption_words(caption, r->words + 1), true, id, &s);
        if (rc)
            break;
        out[i] = reward_of(r, &(ScorePair){&s, reference, n});
        sentence_free(&s);
    }
    for (int i = 0; i < made; i++)
        sentence_free(&reference[i]);
    free(reference);
    free(id);
    return rc;
}

int reward_captions(const Reward *r, const int32_t *image, int n, int each, const int32_t *captions, double *out,
                    Err *err)
{
    int failed = 0;
#pragma omp parallel for schedule(dynamic) reduction(| : failed)
    for (int i = 0; i < n; i++)
        failed |= reward_image(r, image[i], each, captions + (size_t)i * (size_t)each * (size_t)(r->words + 1),
                               out + (size_t)i * (size_t)each) != 0;
    return failed ? err_set(err, "out of memory") : 0;
}
