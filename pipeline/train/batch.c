#include "pipeline/train/batch.h"

#include "io/base/err.h"
#include "model/captioner.h"
#include "pipeline/common/pipe.h"

#include <stdlib.h>
#include <string.h>

enum { DEPTH = 4 }; /* batches in memory: one in use, the others gathered ahead */

struct BatchSource {
    CaptionRows captions;
    BatchOrder order;
    int batch_size;
    Share share;
    int64_t iteration; /* of the next draw */
    Rng rng;
    Rng epoch_rng;      /* shuffle: the generator before the epoch's permutation */
    int64_t *shuffled;  /* (n), shuffle */
    bool have_shuffled; /* shuffled is the epoch's permutation */
    Batch batches[DEPTH];
    Pipe *pipe;
};

int64_t batches_per_epoch(int64_t n, int batch_size)
{
    return n / batch_size > 1 ? n / batch_size : 1;
}

int batches_rows(const CaptionRows *captions, BatchOrder order, int batch_size)
{
    return order == BATCH_SHUFFLE && captions->n < batch_size ? (int)captions->n : batch_size;
}

int batch_alloc(Batch *b, const Dataset *d, int batch_size)
{
    size_t n = (size_t)batch_size;
    memset(b, 0, sizeof *b);
    b->index = calloc(n, sizeof *b->index);
    b->captions = calloc(n, (size_t)d->width * sizeof *b->captions);
    b->features = calloc(n, (size_t)d->features.columns * sizeof *b->features);
    b->image = calloc(n, sizeof *b->image);
    if (d->grid.places)
        b->grid = calloc(n, d->grid.rows.numbers * sizeof *b->grid);
    return b->index && b->captions && b->features && b->image && (b->grid || !d->grid.places) ? 0 : -1;
}

void batch_free(Batch *b)
{
    free(b->index);
    free(b->captions);
    free(b->features);
    free(b->grid);
    free(b->image);
    memset(b, 0, sizeof *b);
}

/* The number of caption i's image among the batch's, whose grid is read if it is the first of it in its shard, which
 * begins with caption `from`. -1: failed. */
static int32_t gather_grid(const Dataset *d, Batch *b, int from, int i, Err *err)
{
    int32_t row = d->image.ints[b->index[i]];
    for (int k = from; k < i; k++)
        if (d->image.ints[b->index[k]] == row)
            return b->image[k];
    if (grid_row(&d->grid, row, b->grid + (size_t)b->images * d->grid.rows.numbers, err))
        return -1;
    return b->images++;
}

static int gather_shard(const Dataset *d, Batch *b, int from, int end, Err *err)
{
    size_t width = (size_t)d->width, D = (size_t)d->features.columns;
    for (int i = from; i < end; i++) {
        const int32_t *caption = dataset_caption(d, b->index[i], err);
        const float *features = caption ? dataset_features(d, d->image.ints[b->index[i]], err) : NULL;
        if (!features)
            return -1;
        b->has_zeros |= features_zero(&d->features, d->image.ints[b->index[i]]);
        memcpy(b->features + (size_t)i * D, features, D * sizeof *features);
        memcpy(b->captions + (size_t)i * width, caption, width * sizeof *caption);
        if (b->grid && (b->image[i] = gather_grid(d, b, from, i, err)) < 0)
            return -1;
    }
    return 0;
}

int batch_gather(const Dataset *d, const Share *share, Batch *b, Err *err)
{
    int end = share_first(share, b->n, share->rank + 1);
    b->has_zeros = false;
    b->images = 0;
    for (int k = share_first(share, b->n, share->rank); k < end; k++)
        if (gather_shard(d, b, share_row(share, b->n, k), share_row(share, b->n, k + 1), err))
            return -1;
    return 0;
}

int64_t batch_words(const Dataset *d, const Batch *b)
{
    int64_t words = 0;
    for (int i = 0; i < b->n; i++)
        for (int64_t t = 1; t < d->width; t++)
            words += d->captions.ints[b->index[i] * d->width + t] != WORD_NULL;
    return words;
}

/* Which of `captions` the batch's i-th is. */
static int64_t draw(BatchSource *s, int64_t in_epoch, int i)
{
    switch (s->order) {
    case BATCH_RANDOM:
        return rng_randint(&s->rng, s->captions.n);
    case BATCH_SHUFFLE:
        return s->shuffled[in_epoch * s->batch_size + i];
    case BATCH_SEQUENTIAL:
        break;
    }
    /* iteration mod n first: k·B may overflow. */
    return (s->iteration % s->captions.n * s->batch_size + i) % s->captions.n;
}

static int take(void *ctx, void *item, Err *err)
{
    BatchSource *s = ctx;
    Batch *b = item;
    int64_t per_epoch = batches_per_epoch(s->captions.n, s->batch_size), in_epoch = s->iteration % per_epoch;
    (void)err;
    if (s->order == BATCH_SHUFFLE && (in_epoch == 0 || !s->have_shuffled)) {
        s->epoch_rng = s->rng;
        s->have_shuffled = true;
        rng_permutation(&s->rng, s->captions.n, s->shuffled);
    }
    b->n = batches_rows(&s->captions, s->order, s->batch_size);
    for (int i = 0; i < b->n; i++) {
        int64_t at = draw(s, in_epoch, i);
        b->index[i] = s->captions.rows ? s->captions.rows[at] : at;
    }
    b->rng = s->order == BATCH_SHUFFLE && in_epoch + 1 < per_epoch ? s->epoch_rng : s->rng;
    s->iteration++;
    return 1;
}

static int work(void *ctx, void *item, Err *err)
{
    const BatchSource *s = ctx;
    return batch_gather(s->captions.data, &s->share, item, err);
}

BatchSource *batches_start(const CaptionRows *captions, BatchOrder order, int batch_size, const Share *share,
                           int64_t first, const Rng *rng, Err *err)
{
    BatchSource *s = calloc(1, sizeof *s);
    bool failed = !s;
    if (s) {
        s->captions = *captions;
        s->order = order;
        s->batch_size = batch_size;
        s->share = *share;
        s->iteration = first;
        s->rng = *rng;
        s->shuffled = calloc(order == BATCH_SHUFFLE ? (size_t)captions->n : 1, sizeof *s->shuffled);
        failed = !s->shuffled;
        for (int i = 0; i < DEPTH && !failed; i++)
            failed = batch_alloc(&s->batches[i], captions->data, batch_size);
    }
    if (failed) {
        err_set(err, "no memory for minibatches of %d", batch_size);
        batches_stop(s);
        return NULL;
    }
    PipeSpec spec = {.take = take,
                     .work = work,
                     .ctx = s,
                     .items = s->batches,
                     .item_size = sizeof *s->batches,
                     .depth = DEPTH,
                     .workers = 1};
    s->pipe = pipe_start(&spec, err);
    if (!s->pipe) {
        batches_stop(s);
        return NULL;
    }
    return s;
}

const Batch *batches_next(BatchSource *s, Err *err)
{
    void *item;
    return pipe_next(s->pipe, &item, err) == 1 ? item : NULL;
}

void batches_stop(BatchSource *s)
{
    if (!s)
        return;
    pipe_stop(s->pipe);
    for (int i = 0; i < DEPTH; i++)
        batch_free(&s->batches[i]);
    free(s->shuffled);
    free(s);
}
