#include "pipeline/sample/decoder.h"

#include "pipeline/sample/endings.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

int decoder_batch(const DecoderOptions *o, const Model *model, int64_t n)
{
    enum { ROWS = 1024, ROWS_WITH_GRIDS = 256, LEAST = 32 };
    int64_t most = (model->params.shape.attention ? ROWS_WITH_GRIDS : ROWS) / o->search.beam;
    if (most < LEAST)
        most = LEAST;
    return (int)(most < n ? most : n ? n : 1);
}

/* What attention needs besides. */
static int alloc_attention(Decoder *d)
{
    size_t images = (size_t)d->batch * (size_t)d->places;
    if (!d->places)
        return 0;
    d->grid = malloc(images * (size_t)d->model->params.shape.C * sizeof *d->grid);
    if (d->looks)
        d->attention = malloc(images * (size_t)d->options->search.max_length * sizeof *d->attention);
    return d->grid && (!d->looks || d->attention) ? 0 : -1;
}

int decoder_begin(Decoder *d, const DecoderOptions *o, const Model *model, const Pca *pca, int places,
                  AttentionFile *looks, int batch, FILE *out, Err *err)
{
    size_t length = (size_t)o->search.max_length, n = (size_t)batch, D = (size_t)model->params.shape.D;
    SearchOptions search = o->search;
    *d = (Decoder){
        .options = o, .model = model, .out = out, .pca = pca, .batch = batch, .places = places, .looks = looks};
    if (o->bad_endings && !(d->not_last = bad_endings(&model->vocab)))
        return err_set(err, "out of memory");
    search.rules.not_last = d->not_last;
    search.places = places;
    search.attention = looks != NULL;
    d->columns = pca ? pca->C : model->params.shape.D;
    d->search = search_new(&model->params, &search, batch);
    d->features = malloc(n * (size_t)d->columns * sizeof *d->features);
    d->items = calloc(n, sizeof *d->items);
    d->number = calloc(n, sizeof *d->number);
    d->reduced = pca ? malloc(n * D * sizeof *d->reduced) : NULL;
    d->results = calloc(n, sizeof *d->results);
    d->words = malloc(n * length * sizeof *d->words);
    if (alloc_attention(d) || !d->search || !d->features || !d->items || !d->number || (pca && !d->reduced) ||
        !d->results || !d->words)
        return err_set(err, "no memory to caption %d images at a time", batch);
    for (int i = 0; i < batch; i++)
        d->results[i] =
            (SearchResult){.words = d->words + (size_t)i * length,
                           .attention = d->attention ? d->attention + (size_t)i * length * (size_t)places : NULL};
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
    free(d->grid);
    free(d->attention);
    free(d->not_last);
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
    size_t numbers = (size_t)d->places * (size_t)d->model->params.shape.C;
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

static int write_caption(Decoder *d, CaptionItem *item, const SearchResult *result, Err *err)
{
    const CaptionFormat *format = d->options->format;
    char *caption = vocab_text(&d->model->vocab, result->words, result->n);
    if (!caption)
        return err_set(err, "out of memory");
    item->caption = caption;
    item->logprob = d->options->logprob ? result->logprob : NAN;
    int rc = fputs(d->written ? format->between : format->begin, d->out) == EOF
                 ? err_set(err, "cannot write: %s", strerror(errno))
                 : format->write(d->out, item, err);
    item->caption = NULL;
    free(caption);
    d->written += rc == 0;
    return rc;
}

int decoder_run(Decoder *d, int n, Err *err)
{
    if (d->pca && pca_apply(d->pca, row_of, d, n, d->reduced, err))
        return -1;
    const SearchInput input = {d->pca ? d->reduced : d->features, d->grid, d->number, n};
    search_run(d->search, &input, d->results);
    for (int i = 0; i < n; i++)
        if (write_caption(d, &d->items[i], &d->results[i], err) ||
            (d->looks && attention_file_add(d->looks, &d->results[i], err)))
            return -1;
    return 0;
}

int decoder_end(Decoder *d, Err *err)
{
    const CaptionFormat *format = d->options->format;
    if (fprintf(d->out, "%s%s", d->written ? "" : format->begin, format->end) < 0)
        return err_set(err, "cannot write: %s", strerror(errno));
    return 0;
}
