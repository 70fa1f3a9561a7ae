#include "pipeline/sample/decoder.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

int decoder_batch(const DecoderOptions *o, const Ensemble *ensemble, int64_t n)
{
    enum { ROWS = 1024, ROWS_WITH_GRIDS = 256, LEAST = 32 };
    int rows = o->search.samples > o->search.beam ? o->search.samples : o->search.beam;
    int64_t most = (ensemble_attends(ensemble) ? ROWS_WITH_GRIDS : ROWS) / rows;
    if (most < LEAST)
        most = LEAST;
    return (int)(most < n ? most : n ? n : 1);
}

/* What the search writes into. */
static int alloc_answers(Decoder *d)
{
    const DecoderOptions *o = d->options;
    size_t length = (size_t)o->search.max_length, n = (size_t)d->batch * (size_t)d->answers;
    d->results = calloc(n, sizeof *d->results);
    d->words = malloc(n * length * sizeof *d->words);
    d->word_logprobs = o->word_logprobs ? malloc(n * length * sizeof *d->word_logprobs) : NULL;
    d->candidates = calloc((size_t)d->answers, sizeof *d->candidates);
    if (!d->results || !d->words || (o->word_logprobs && !d->word_logprobs) || !d->candidates)
        return -1;
    for (size_t i = 0; i < n; i++) {
        d->results[i].words = d->words + i * length;
        d->results[i].word_logprob = d->word_logprobs ? d->word_logprobs + i * length : NULL;
        d->results[i].attention = d->attention ? d->attention + i * length * (size_t)d->places : NULL;
    }
    return 0;
}

/* What attention needs besides; before alloc_answers. */
static int alloc_attention(Decoder *d, const Model *attends)
{
    size_t images = (size_t)d->batch * (size_t)d->places, steps = (size_t)d->options->search.max_length;
    if (!attends)
        return 0;
    d->channels = attends->params.shape.C;
    d->grid = malloc(images * (size_t)d->channels * sizeof *d->grid);
    if (d->looks)
        d->attention = malloc(images * (size_t)d->answers * steps * sizeof *d->attention);
    return d->grid && (!d->looks || d->attention) ? 0 : -1;
}

static Search *new_search(const Ensemble *e, const SearchOptions *options, int batch)
{
    SearchModel models[SEARCH_MODELS];
    for (int i = 0; i < e->n; i++)
        models[i] = (SearchModel){&e->model[i].params, e->model[i].params.shape.attention ? options->places : 0};
    return search_new_ensemble(models, e->n, options, batch);
}

int decoder_begin(Decoder *d, const DecoderOptions *o, const Ensemble *ensemble, const Pca *pca, int places,
                  AttentionFile *looks, int batch, FILE *out, Err *err)
{
    const Model *model = &ensemble->model[0];
    size_t n = (size_t)batch, D = (size_t)model->params.shape.D;
    SearchOptions search = o->search;
    *d = (Decoder){.options = o,
                   .model = model,
                   .models = ensemble->n,
                   .out = out,
                   .pca = pca,
                   .batch = batch,
                   .places = places,
                   .looks = looks,
                   .answers = search_results(&search)};
    d->endings = (Endings){&model->vocab, 0, o->bad_endings};
    endings_rule(&d->endings, &search.rules);
    search.places = places;
    search.attention = looks != NULL;
    d->columns = pca ? pca->C : model->params.shape.D;
    d->search = new_search(ensemble, &search, batch);
    d->features = malloc(n * (size_t)d->columns * sizeof *d->features);
    d->items = calloc(n, sizeof *d->items);
    d->number = calloc(n, sizeof *d->number);
    d->reduced = pca ? malloc(n * D * sizeof *d->reduced) : NULL;
    if (!d->search || !d->features || !d->items || !d->number || (pca && !d->reduced) ||
        alloc_attention(d, ensemble_attends(ensemble)) || alloc_answers(d))
        return err_set(err, "no memory to caption %d images at a time", batch);
    return 0;
}

void decoder_free(Decoder *d)
{
    search_free(d->search);
    free(d->features);
    free(d->items);
    free(d->number);
    free(d->reduced);
    free(d->results);
    free(d->words);
    free(d->word_logprobs);
    free(d->grid);
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

int decoder_put_grid(Decoder *d, int n, const float *grid, const Pca *pca, Err *err)
{
    size_t numbers = (size_t)d->places * (size_t)d->channels;
    Places places = {grid, pca->C};
    float *out = d->grid + (size_t)n * numbers;
    if (pca->C)
        return pca_apply(pca, place_of, &places, d->places, out, err);
    memcpy(out, grid, numbers * sizeof *out);
    return 0;
}

static const float *row_of(void *ctx, int64_t i, Err *err)
{
    const Decoder *d = ctx;
    (void)err;
    return d->features + (size_t)i * (size_t)d->columns;
}

/* The captions of an image into candidates, of which the first is the caption. Returns how many; -1: out of memory. */
static int take_captions(Decoder *d, const SearchResult *results)
{
    int n = 0;
    for (; n < d->answers && results[n].n; n++) {
        char *text = vocab_text(&d->model->vocab, results[n].words, results[n].n);
        d->candidates[n] = (RecordCandidate){text, d->options->logprob ? results[n].logprob : NAN};
        if (!text)
            return -1;
    }
    return n;
}

/* Those of the words that are in the caption, and that of <END>, close ranks; what a <NULL> or <START> between them, or a
 * letter of a word that goes on, cost is added to the next. Returns how many. */
static int take_word_logprobs(const Vocab *vocab, const SearchResult *result)
{
    double before = 0;
    int n = 0;
    for (int i = 0; i < result->n; i++) {
        int32_t word = result->words[i];
        before += result->word_logprob[i];
        if (i + 1 < result->n &&
            (word == WORD_NULL || word == WORD_START || !vocab_ends_word(vocab, word, result->words[i + 1])))
            continue;
        result->word_logprob[n++] = before;
        before = 0;
    }
    return n;
}

static int write_item(Decoder *d, CaptionItem *item, const SearchResult *results, int n, Err *err)
{
    const CaptionFormat *format = d->options->format;
    item->caption = d->candidates[0].caption;
    item->logprob = d->candidates[0].logprob;
    if (d->answers > 1) {
        item->candidates = d->candidates;
        item->n_candidates = n;
    }
    if (results->word_logprob) {
        item->word_logprobs = results->word_logprob;
        item->n_word_logprobs = take_word_logprobs(&d->model->vocab, results);
    }
    int rc = fputs(d->written ? format->between : format->begin, d->out) == EOF
                 ? err_set(err, "cannot write: %s", strerror(errno))
                 : format->write(d->out, item, err);
    d->written += rc == 0;
    return rc;
}

static int write_captions(Decoder *d, CaptionItem *item, const SearchResult *results, Err *err)
{
    int n = take_captions(d, results);
    int rc = n < 0 ? err_set(err, "out of memory") : write_item(d, item, results, n, err);
    for (int i = 0; i < d->answers; i++) {
        free(d->candidates[i].caption);
        d->candidates[i].caption = NULL;
    }
    return rc;
}

int decoder_run(Decoder *d, int n, Err *err)
{
    if (d->pca && pca_apply(d->pca, row_of, d, n, d->reduced, err))
        return -1;
    SearchInput input[SEARCH_MODELS];
    for (int i = 0; i < d->models; i++)
        input[i] = (SearchInput){
            .features = d->pca ? d->reduced : d->features, .grid = d->grid, .image = d->number, .n = n};
    search_run(d->search, input, d->results);
    for (int i = 0; i < n; i++) {
        const SearchResult *results = &d->results[(size_t)i * (size_t)d->answers];
        if (write_captions(d, &d->items[i], results, err) ||
            (d->looks && attention_file_add(d->looks, results, err)))
            return -1;
    }
    return 0;
}

int decoder_end(Decoder *d, Err *err)
{
    const CaptionFormat *format = d->options->format;
    if (fprintf(d->out, "%s%s", d->written ? "" : format->begin, format->end) < 0)
        return err_set(err, "cannot write: %s", strerror(errno));
    return 0;
}
