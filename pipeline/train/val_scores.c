#include "pipeline/train/val_scores.h"

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
    Search *search;
    int n; /* images gathered */
    int64_t row[IMAGES];
    float *features; /* (IMAGES,D) */
    float *grid;     /* (IMAGES,P,C); NULL without attention */
    int32_t *words;  /* (IMAGES, model_steps) */
    SearchResult result[IMAGES];
    Corpus corpus;
} Scoring;

/* --- captions --- */

static int add_caption(Scoring *s, int64_t row, const SearchResult *result, Err *err)
{
    Record record;
    if (truth_record(s->val, row, &record, err))
        return -1;
    record.caption = vocab_text(&s->model->vocab, result->words, result->n);
    int rc = record.caption ? corpus_add(&s->corpus, &record, err) : err_set(err, "out of memory");
    record_free(&record);
    return rc;
}

static int caption_gathered(Scoring *s, Err *err)
{
    const SearchInput input = {.features = s->features, .grid = s->grid, .image = s->row, .n = s->n};
    search_run(s->search, &input, s->result);
    for (int i = 0; i < s->n; i++)
        if (add_caption(s, s->row[i], &s->result[i], err))
            return -1;
    s->n = 0;
    return 0;
}

static int caption_images(Scoring *s, int64_t images, Err *err)
{
    size_t D = (size_t)s->val->features.columns;
    for (int64_t row = 0; row < images && row < s->val->features.rows; row++) {
        if (s->val->caption_at[row + 1] == s->val->caption_at[row])
            continue;
        const float *features = dataset_features(s->val, row, err);
        if (!features)
            return -1;
        memcpy(s->features + (size_t)s->n * D, features, D * sizeof *features);
        if (s->grid && grid_row(&s->val->grid, row, s->grid + (size_t)s->n * s->val->grid.rows.numbers, err))
            return -1;
        s->row[s->n++] = row;
        if (s->n == IMAGES && caption_gathered(s, err))
            return -1;
    }
    if (caption_gathered(s, err))
        return -1;
    return s->corpus.n_captions ? 0
                                : err_set(err, "%s: val: no captions of its first images to score by", s->val->dir);
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

static int score_captions(const Corpus *c, LogScores *scores, Err *err)
{
    size_t n = (size_t)c->n_captions, ngrams = (size_t)hash_count(c->ngrams) + 1,
           width = (size_t)metrics_counts(METRICS);
    ScorePair *pairs = malloc(n * sizeof *pairs);
    double *counts = malloc((n + 1) * width * sizeof *counts),
           *score = malloc((size_t)metrics_scores(METRICS) * sizeof *score);
    int32_t *df = malloc(2 * ngrams * sizeof *df);
    double *idf = malloc(ngrams * sizeof *idf);
    int rc = pairs && counts && score && df && idf ? 0 : -1;
    for (size_t i = 0; !rc && i < n; i++) {
        const CorpusImage *image = &c->image[c->caption[i].image];
        pairs[i] = (ScorePair){&c->caption[i].sentence, image->reference, image->n_references};
    }
    if (!rc) {
        weigh(c, df + ngrams, df, idf);
        rc = metrics_count(METRICS, pairs, (int64_t)n, &(ScoreCorpus){.idf = idf}, counts);
    }
    if (!rc) {
        metrics_sum(METRICS, counts, (int64_t)n, counts + n * width);
        metrics_combine(METRICS, counts + n * width, (int64_t)n, score);
        scores->bleu4 = named_score(score, "Bleu_4");
        scores->rouge_l = named_score(score, "ROUGE_L");
        scores->cider = named_score(score, "CIDEr");
    }
    free(pairs);
    free(counts);
    free(score);
    free(df);
    free(idf);
    return rc ? err_set(err, "out of memory") : 0;
}

static int alloc(Scoring *s, Err *err)
{
    const Grid *grid = &s->val->grid;
    const int steps = model_steps(s->model);
    const SearchOptions greedy = {
        .sampler = &sampler_best, .beam = 1, .max_length = steps, .places = grid->places, .words_only = true};
    s->search = search_new(&s->model->params, &greedy, IMAGES);
    s->features = malloc(IMAGES * (size_t)s->val->features.columns * sizeof *s->features);
    if (grid->places)
        s->grid = malloc(IMAGES * grid->rows.numbers * sizeof *s->grid);
    s->words = malloc(IMAGES * (size_t)steps * sizeof *s->words);
    for (int i = 0; s->words && i < IMAGES; i++)
        s->result[i].words = s->words + (size_t)i * (size_t)steps;
    return s->search && s->features && s->words && (s->grid || !grid->places)
               ? 0
               : err_set(err, "no memory to caption %d images at a time", IMAGES);
}

int val_scores(const Model *model, const Dataset *val, int64_t images, LogScores *scores, Err *err)
{
    Scoring s = {.model = model, .val = val};
    int rc = corpus_init(&s.corpus, (TokenRule){.kind = TOKENS_NONE}, err) || alloc(&s, err) ||
             caption_images(&s, images, err) || corpus_tokenize(&s.corpus, err) ||
             score_captions(&s.corpus, scores, err);
    corpus_free(&s.corpus);
    search_free(s.search);
    free(s.features);
    free(s.grid);
    free(s.words);
    return rc ? -1 : 0;
}
