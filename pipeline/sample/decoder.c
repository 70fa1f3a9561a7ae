#include "pipeline/sample/decoder.h"

#include "model/base/jobs.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

int decoder_batch(const DecoderOptions *o, const Ensemble *ensemble, int64_t n)
{
    enum { ROWS = 1024, ROWS_WITH_GRIDS = 256, LEAST = 32 };
    int rows = o->search.samples > o->search.beam ? o->search.samples : o->search.beam;
    bool grids = false;
    for (int s = 0; s < ensemble->sources; s++)
        grids |= ensemble_attends(ensemble, s) >= 0;
    int64_t most = (grids ? ROWS_WITH_GRIDS : ROWS) / rows;
    if (most < LEAST)
        most = LEAST;
    return (int)(most < n ? most : n ? n : 1);
}

/* Of the grid whose weights are told. */
static int places_looked_at(const Decoder *d)
{
    return d->input[d->ensemble->source[ensemble_looks(d->ensemble)]].places;
}

/* What the search writes into. */
static int alloc_answers(Decoder *d)
{
    const DecoderOptions *o = d->options;
    size_t length = (size_t)o->search.max_length, n = (size_t)d->batch * (size_t)d->answers;
    size_t places = d->attention ? (size_t)places_looked_at(d) : 0;
    d->results = calloc(n, sizeof *d->results);
    d->words = malloc(n * length * sizeof *d->words);
    d->word_logprobs = o->word_logprobs ? malloc(n * length * sizeof *d->word_logprobs) : NULL;
    d->candidates = calloc((size_t)d->answers, sizeof *d->candidates);
    if (!d->results || !d->words || (o->word_logprobs && !d->word_logprobs) || !d->candidates)
        return -1;
    for (size_t i = 0; i < n; i++) {
        d->results[i].words = d->words + i * length;
        d->results[i].word_logprob = d->word_logprobs ? d->word_logprobs + i * length : NULL;
        d->results[i].attention = d->attention ? d->attention + i * length * places : NULL;
    }
    return 0;
}

/* The weights that are asked for; before alloc_answers. */
static int alloc_attention(Decoder *d)
{
    size_t captions = (size_t)d->batch * (size_t)d->answers, steps = (size_t)d->options->search.max_length;
    if (d->looks)
        d->attention = malloc(captions * steps * (size_t)places_looked_at(d) * sizeof *d->attention);
    return !d->looks || d->attention ? 0 : -1;
}

static int alloc_input(Decoder *d, int source)
{
    DecoderInput *in = &d->input[source];
    const Ensemble *e = d->ensemble;
    int attends = ensemble_attends(e, source), D = e->model[ensemble_first(e, source)].params.shape.D;
    size_t n = (size_t)d->batch;
    in->columns = in->pca ? in->pca->C : D;
    in->features = malloc(n * (size_t)in->columns * sizeof *in->features);
    in->reduced = in->pca ? malloc(n * (size_t)D * sizeof *in->reduced) : NULL;
    if (!in->features || (in->pca && !in->reduced))
        return -1;
    if (attends < 0)
        return 0;
    in->channels = e->model[attends].params.shape.C;
    in->grid = malloc(n * (size_t)in->places * (size_t)in->channels * sizeof *in->grid);
    return in->grid ? 0 : -1;
}

static Search *new_search(const Decoder *d, const SearchOptions *options)
{
    SearchModel models[SEARCH_MODELS];
    const Ensemble *e = d->ensemble;
    for (int i = 0; i < e->n; i++)
        models[i] = (SearchModel){&e->model[i].params,
                                  e->model[i].params.shape.attention ? d->input[e->source[i]].places : 0};
    return search_new_ensemble(models, e->n, options, d->batch);
}

int decoder_begin(Decoder *d, const DecoderOptions *o, const Ensemble *ensemble, const DecoderInput *wish,
                  AttentionFile *looks, int batch, CaptionOutput *out, Err *err)
{
    SearchOptions search = o->search;
    int failed = 0;
    *d = (Decoder){.options = o,
                   .ensemble = ensemble,
                   .out = out,
                   .batch = batch,
                   .looks = looks,
                   .answers = search_results(&search)};
    d->endings = (Endings){&ensemble->model[0].vocab, 0, o->bad_endings};
    endings_rule(&d->endings, &search.rules);
    for (int i = 0; i < ensemble->sources; i++) {
        d->input[i] = (DecoderInput){.pca = wish[i].pca, .places = wish[i].places};
        failed |= alloc_input(d, i);
    }
    search.attention = looks != NULL;
    search.words_only = !(o->logprob && o->format->logprob) && !o->word_logprobs && !o->rerank;
    d->search = new_search(d, &search);
    d->items = calloc((size_t)batch, sizeof *d->items);
    d->number = calloc((size_t)batch, sizeof *d->number);
    d->cosine =
        o->neighbors ? malloc((size_t)batch * (size_t)neighbors_count(o->neighbors) * sizeof *d->cosine) : NULL;
    if (failed || (o->neighbors && !d->cosine) || !d->search || !d->items || !d->number || alloc_attention(d) ||
        alloc_answers(d))
        return err_set(err, "no memory to caption %d images at a time", batch);
    return 0;
}

void decoder_free(Decoder *d)
{
    search_free(d->search);
    for (int i = 0; i < SEARCH_MODELS; i++) {
        free(d->input[i].features);
        free(d->input[i].grid);
        free(d->input[i].reduced);
    }
    free(d->items);
    free(d->number);
    free(d->cosine);
    free(d->results);
    free(d->words);
    free(d->word_logprobs);
    free(d->attention);
    free(d->candidates);
    memset(d, 0, sizeof *d);
}

typedef struct {
    const float *grid;
    int channels;
} Places;

static const float *place_of(void *ctx, int64_t i, Err *err)
{
    const Places *p = ctx;
    (void)err;
    return p->grid + i * p->channels;
}

void decoder_put_features(Decoder *d, int source, int n, const float *features)
{
    const DecoderInput *in = &d->input[source];
    memcpy(in->features + (size_t)n * (size_t)in->columns, features, (size_t)in->columns * sizeof *features);
}

int decoder_put_grid(Decoder *d, int source, int n, const float *grid, const Pca *pca, Err *err)
{
    const DecoderInput *in = &d->input[source];
    size_t numbers = (size_t)in->places * (size_t)in->channels;
    Places places = {grid, pca->C};
    float *out = in->grid + (size_t)n * numbers;
    if (pca->C)
        return pca_apply(pca, place_of, &places, in->places, out, err);
    memcpy(out, grid, numbers * sizeof *out);
    return 0;
}

static const float *row_of(void *ctx, int64_t i, Err *err)
{
    const DecoderInput *in = ctx;
    (void)err;
    return in->features + (size_t)i * (size_t)in->columns;
}

/* The captions of an image into candidates, of which the first is the caption. Returns how many; -1: out of memory. */
static int take_captions(Decoder *d, const SearchResult *results)
{
    int n = 0;
    for (; n < d->answers && results[n].n; n++) {
        char *text = vocab_text(&d->ensemble->model[0].vocab, results[n].words, results[n].n);
        d->candidates[n] = (RecordCandidate){text, d->options->logprob ? results[n].logprob : NAN};
        if (!text)
            return -1;
    }
    return n;
}

/* Whether an entry adds no word to a text. */
static bool is_blank(const Vocab *vocab, int32_t entry)
{
    return entry == WORD_NULL || entry == WORD_START ||
           (!*vocab_joiner(vocab) && !strcmp(vocab->word[entry], VOCAB_SPACE));
}

/* Whether a word of the text ends with the i-th entry. */
static bool ends_word(const Vocab *vocab, const SearchResult *result, int i)
{
    int next = i + 1;
    while (next < result->n && (result->words[next] == WORD_NULL || result->words[next] == WORD_START))
        next++;
    return next == result->n || vocab_ends_word(vocab, result->words[i], result->words[next]);
}

/* Those of the words that are in the caption, and that of <END>, close ranks; what an entry cost that is no word, or a
 * part of a word that goes on, is added to the next, at the end to the last. Returns how many. */
static int take_word_logprobs(const Vocab *vocab, const SearchResult *result)
{
    double before = 0;
    int n = 0;
    for (int i = 0; i < result->n; i++) {
        before += result->word_logprob[i];
        if (is_blank(vocab, result->words[i]) || !ends_word(vocab, result, i))
            continue;
        result->word_logprob[n++] = before;
        before = 0;
    }
    if (n == 0 && result->n)
        n++, result->word_logprob[0] = 0;
    if (n)
        result->word_logprob[n - 1] += before;
    return n;
}

static int write_item(Decoder *d, CaptionItem *item, const SearchResult *results, int n, Err *err)
{
    item->caption = d->candidates[0].caption;
    item->logprob = d->candidates[0].logprob;
    if (d->answers > 1) {
        item->candidates = d->candidates;
        item->n_candidates = n;
    }
    if (results->word_logprob) {
        item->word_logprobs = results->word_logprob;
        item->n_word_logprobs = take_word_logprobs(&d->ensemble->model[0].vocab, results);
    }
    return caption_output_put(d->out, item, err);
}

/* Those of the i-th image of the batch, and what the words of the first looked at. */
static int write_captions(Decoder *d, int i, Err *err)
{
    const SearchResult *results = &d->results[(size_t)i * (size_t)d->answers];
    int n = take_captions(d, results);
    int rc = n < 0 ? err_set(err, "out of memory") : write_item(d, &d->items[i], results, n, err);
    if (rc == 0 && d->looks)
        rc = attention_file_add(d->looks, d->number[i], d->candidates[0].caption, results, err);
    for (int k = 0; k < d->answers; k++) {
        free(d->candidates[k].caption);
        d->candidates[k].caption = NULL;
    }
    return rc;
}

/* The best first, of n images from `first` on. */
static int rerank_group(Decoder *d, int first, int n, Err *err)
{
    const Neighbors *neighbors = d->options->neighbors;
    const size_t count = neighbors ? (size_t)neighbors_count(neighbors) : 0;
    double *weight = neighbors ? malloc((size_t)n * count * sizeof *weight) : NULL;
    int rc = neighbors && !weight ? err_set(err, "out of memory") : 0;
    if (rc == 0 && neighbors)
        rc = neighbors_weights(neighbors, n, d->cosine + (size_t)first * count, weight, err);
    for (int i = 0; i < n && rc == 0; i++)
        rc = rerank(&d->results[(size_t)(first + i) * (size_t)d->answers], d->answers, neighbors,
                    neighbors ? weight + (size_t)i * count : NULL, err);
    free(weight);
    return rc;
}

/* The same of all; features by source. */
static int rerank_all(Decoder *d, int n, const float *const *features, Err *err)
{
    const Neighbors *neighbors = d->options->neighbors;
    int failed = 0, group = n / jobs_threads();
    group = !neighbors || group < 1 ? 1 : group > KERNEL_RIDGE_LANES ? KERNEL_RIDGE_LANES : group;
    if (neighbors && neighbors_compare(neighbors, features, n, d->cosine, err))
        return -1;
#pragma omp parallel for schedule(dynamic) reduction(| : failed)
    for (int i = 0; i < n; i += group) {
        Err own;
        failed |= rerank_group(d, i, n - i < group ? n - i : group, &own) != 0;
    }
    return failed ? err_set(err, "out of memory") : 0;
}

int decoder_run(Decoder *d, int n, Err *err)
{
    SearchInput input[SEARCH_MODELS];
    const float *features[SEARCH_MODELS];
    for (int i = 0; i < d->ensemble->sources; i++) {
        DecoderInput *in = &d->input[i];
        if (in->pca && pca_apply(in->pca, row_of, in, n, in->reduced, err))
            return -1;
        features[i] = in->pca ? in->reduced : in->features;
    }
    for (int i = 0; i < d->ensemble->n; i++) {
        const DecoderInput *in = &d->input[d->ensemble->source[i]];
        input[i] = (SearchInput){
            .features = features[d->ensemble->source[i]], .grid = in->grid, .image = d->number, .n = n};
    }
    search_run(d->search, input, d->results);
    if (d->options->rerank && rerank_all(d, n, features, err))
        return -1;
    for (int i = 0; i < n; i++)
        if (write_captions(d, i, err))
            return -1;
    return 0;
}
