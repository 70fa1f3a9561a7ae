#include "pipeline/sample/decoder.h"

#include "pipeline/sample/endings.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

int decoder_batch(const DecoderOptions *o, int64_t n)
{
    enum { ROWS = 1024, LEAST = 32 };
    int64_t most = ROWS / o->search.beam;
    if (most < LEAST)
        most = LEAST;
    return (int)(most < n ? most : n ? n : 1);
}

int decoder_begin(Decoder *d, const DecoderOptions *o, const Model *model, const Pca *pca, int batch, FILE *out,
                  Err *err)
{
    size_t length = (size_t)o->search.max_length, n = (size_t)batch, D = (size_t)model->params.shape.D;
    SearchOptions search = o->search;
    *d = (Decoder){.options = o, .model = model, .out = out, .pca = pca, .batch = batch};
    if (o->bad_endings && !(d->not_last = bad_endings(&model->vocab)))
        return err_set(err, "out of memory");
    search.rules.not_last = d->not_last;
    d->columns = pca ? pca->C : model->params.shape.D;
    d->search = search_new(&model->params, &search, batch);
    d->features = malloc(n * (size_t)d->columns * sizeof *d->features);
    d->items = calloc(n, sizeof *d->items);
    d->number = calloc(n, sizeof *d->number);
    d->reduced = pca ? malloc(n * D * sizeof *d->reduced) : NULL;
    d->results = calloc(n, sizeof *d->results);
    d->words = malloc(n * length * sizeof *d->words);
    if (!d->search || !d->features || !d->items || !d->number || (pca && !d->reduced) || !d->results || !d->words)
        return err_set(err, "no memory to caption %d images at a time", batch);
    for (int i = 0; i < batch; i++)
        d->results[i].words = d->words + (size_t)i * length;
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
    free(d->not_last);
    memset(d, 0, sizeof *d);
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
    search_run(d->search, d->pca ? d->reduced : d->features, d->number, n, d->results);
    for (int i = 0; i < n; i++)
        if (write_caption(d, &d->items[i], &d->results[i], err))
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
