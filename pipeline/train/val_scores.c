#include "pipeline/train/val_scores.h"

#include "io/ranks/ranks.h"
#include "model/decode/search.h"
#include "model/score/cider.h"
#include "model/score/metrics.h"
#include "pipeline/common/ground_truth.h"
#include "pipeline/eval/corpus.h"

#include <stdlib.h>
#include <string.h>

enum { IMAGES = 128 /* at a time */ };

typedef struct {
    const Model *model;
    const Dataset *val;
    const Share *share;
    Search *search;
    int steps;
    int64_t *row;    /* (images): those with captions */
    int64_t n, each; /* images; a rank's, at most */
    float *features; /* (IMAGES,D) */
    float *grid;     /* (IMAGES,P,C); NULL without attention */
    int32_t *words;  /* (ranks, each, 1+steps): how many words, and the words */
    double *counts;  /* (ranks, each, width), and room for a sum */
    size_t width;
    SearchResult result[IMAGES];
    Corpus corpus;
} Scoring;

/* --- captions --- */

static int32_t *words_of(const Scoring *s, int64_t i)
{
    return s->words + (size_t)i * (size_t)(1 + s->steps);
}

/* Those of images i ... i+n-1. */
static int caption_some(Scoring *s, int64_t i, int n, Err *err)
{
    const SearchInput input = {.features = s->features, .grid = s->grid, .image = s->row + i, .n = n};
    size_t D = (size_t)s->val->features.columns;
    for (int k = 0; k < n; k++) {
        const float *features = dataset_features(s->val, s->row[i + k], err);
        if (!features)
            return -1;
        memcpy(s->features + (size_t)k * D, features, D * sizeof *features);
        if (s->grid && grid_row(&s->val->grid, s->row[i + k], s->grid + (size_t)k * s->val->grid.rows.numbers, err))
            return -1;
        s->result[k].words = words_of(s, i + k) + 1;
    }
    search_run(s->search, &input, s->result);
    for (int k = 0; k < n; k++)
        *words_of(s, i + k) = s->result[k].n;
    return 0;
}

/* Rank k captions images k·each ... (k+1)·each - 1; then all ranks have the words of all. */
static int caption_images(Scoring *s, Err *err)
{
    int64_t first = s->share->rank * s->each, end = first + s->each < s->n ? first + s->each : s->n;
    for (int64_t i = first; i < end; i += IMAGES)
        if (caption_some(s, i, (int)(end - i < IMAGES ? end - i : IMAGES), err))
            return -1;
    return ranks_gather(words_of(s, first), (size_t)s->each * (size_t)(1 + s->steps) * sizeof *s->words, s->words,
                        err);
}

static int add_captions(Scoring *s, Err *err)
{
    int rc = 0;
    for (int64_t i = 0; rc == 0 && i < s->n; i++) {
        Record record;
        if (truth_record(s->val, s->row[i], &record, err))
            return -1;
        record.caption = vocab_text(&s->model->vocab, words_of(s, i) + 1, *words_of(s, i));
        rc = record.caption ? corpus_add(&s->corpus, &record, err) : err_set(err, "out of memory");
        record_free(&record);
    }
    return rc ? rc : corpus_tokenize(&s->corpus, err);
}

/* --- scores --- */

static void weigh(const Corpus *c, int32_t *last, int32_t *df, double *idf)
{
    int32_t n = hash_count(c->ngrams);
    memset(last, -1, (size_t)n * sizeof *last);
    memset(df, 0, (size_t)n * sizeof *df);
    for (int32_t i = 0; i < c->n_images; i++)
        cider_add_df(c->image[i].reference, c->image[i].n_references, i, last, df);
    cider_idf(df, n, c->n_images, idf);
}

/* The score of that key among all metrics' scores. */
static double named_score(const double *score, const char *key)
{
    for (MetricList m = METRICS; *m; m++)
        for (int i = 0; (*m)->score[i].key; i++, score++)
            if (!strcmp((*m)->score[i].key, key))
                return *score;
    return 0;
}

/* The counts of rank k's captions; then all ranks have those of all. */
static int count_captions(const Scoring *s, const double *idf, ScorePair *pairs, Err *err)
{
    const Corpus *c = &s->corpus;
    int64_t first = s->share->rank * s->each, end = first + s->each < s->n ? first + s->each : s->n;
    double *own = s->counts + (size_t)first * s->width;
    for (int64_t i = first; i < end; i++) {
        const CorpusImage *image = &c->image[c->caption[i].image];
        pairs[i - first] = (ScorePair){&c->caption[i].sentence, image->reference, image->n_references};
    }
    if (end > first && metrics_count(METRICS, pairs, end - first, &(ScoreCorpus){.idf = idf}, own))
        return err_set(err, "out of memory");
    return ranks_gather(own, (size_t)s->each * s->width * sizeof *own, s->counts, err);
}

static int score_captions(const Scoring *s, LogScores *scores, Err *err)
{
    const Corpus *c = &s->corpus;
    size_t ngrams = (size_t)hash_count(c->ngrams) + 1;
    ScorePair *pairs = malloc((size_t)s->each * sizeof *pairs);
    double *score = malloc((size_t)metrics_scores(METRICS) * sizeof *score);
    int32_t *df = malloc(2 * ngrams * sizeof *df);
    double *idf = malloc(ngrams * sizeof *idf);
    int rc = pairs && score && df && idf ? 0 : err_set(err, "out of memory");
    if (!rc) {
        weigh(c, df + ngrams, df, idf);
        rc = count_captions(s, idf, pairs, err);
    }
    if (!rc) {
        double *sum = s->counts + (size_t)s->share->ranks * (size_t)s->each * s->width;
        metrics_sum(METRICS, s->counts, s->n, sum);
        metrics_combine(METRICS, sum, s->n, score);
        scores->bleu4 = named_score(score, "Bleu_4");
        scores->rouge_l = named_score(score, "ROUGE_L");
        scores->cider = named_score(score, "CIDEr");
    }
    free(pairs);
    free(score);
    free(df);
    free(idf);
    return rc;
}

/* --- the whole --- */

static int list_images(Scoring *s, int64_t images, Err *err)
{
    const Dataset *val = s->val;
    int64_t most = images < val->features.rows ? images : val->features.rows;
    if (!(s->row = malloc((size_t)most * sizeof *s->row + 1)))
        return err_set(err, "out of memory");
    for (int64_t row = 0; row < most; row++)
        if (val->caption_at[row + 1] > val->caption_at[row])
            s->row[s->n++] = row;
    s->each = (s->n - 1) / s->share->ranks + 1;
    return s->n ? 0 : err_set(err, "%s: val: no captions of its first images to score by", val->dir);
}

static int alloc(Scoring *s, Err *err)
{
    const Grid *grid = &s->val->grid;
    const SearchOptions greedy = {.sampler = &sampler_best,
                                  .beam = 1,
                                  .max_length = s->steps,
                                  .places = grid->places,
                                  .words_only = true};
    size_t all = (size_t)s->share->ranks * (size_t)s->each;
    s->search = search_new(&s->model->params, &greedy, IMAGES);
    s->features = malloc(IMAGES * (size_t)s->val->features.columns * sizeof *s->features);
    if (grid->places)
        s->grid = malloc(IMAGES * grid->rows.numbers * sizeof *s->grid);
    s->words = calloc(all, (size_t)(1 + s->steps) * sizeof *s->words);
    s->width = (size_t)metrics_counts(METRICS);
    s->counts = calloc(all + 1, s->width * sizeof *s->counts);
    return s->search && s->features && s->words && s->counts && (s->grid || !grid->places)
               ? 0
               : err_set(err, "no memory to caption %d images at a time", IMAGES);
}

int val_scores(const Model *model, const Dataset *val, const Share *share, int64_t images, LogScores *scores,
               Err *err)
{
    Scoring s = {.model = model, .val = val, .share = share, .steps = model_steps(model)};
    int rc = corpus_init(&s.corpus, (TokenRule){.kind = TOKENS_NONE}, err) || list_images(&s, images, err) ||
             alloc(&s, err) || caption_images(&s, err) || add_captions(&s, err) || score_captions(&s, scores, err);
    corpus_free(&s.corpus);
    search_free(s.search);
    free(s.row);
    free(s.features);
    free(s.grid);
    free(s.words);
    free(s.counts);
    return rc ? -1 : 0;
}
