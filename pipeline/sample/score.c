#include "pipeline/sample/score.h"

#include "model/loss.h"
#include "pipeline/train/batch.h"

#include <stdlib.h>

enum { ROWS = 128 /* captions at a time */ };

typedef struct {
    const Model *model;
    const Dataset *data;
    LossWork *work;
    Batch batch;
    double loss[ROWS];
    CaptionOutput *out;
} Scorer;

static int write_caption(Scorer *s, int i, Err *err)
{
    const Dataset *d = s->data;
    int64_t at = s->batch.index[i];
    char *text = vocab_text(&d->vocab, d->captions.ints + at * d->width, d->width);
    const CaptionItem item = {.data = d,
                              .row = d->image.ints[at],
                              .caption = text,
                              .truth = dataset_place_of(d, at) + 1,
                              .logprob = -s->loss[i]};
    if (!text)
        return err_set(err, "out of memory");
    int rc = caption_output_put(s->out, &item, err);
    free(text);
    return rc;
}

static int score_batch(Scorer *s, int64_t first, int n, Err *err)
{
    Batch *b = &s->batch;
    b->n = n;
    for (int i = 0; i < n; i++)
        b->index[i] = first + i;
    if (batch_gather(s->data, &SHARE_WHOLE, b, err))
        return -1;
    const LossBatch batch = {.features = b->features,
                             .captions = b->captions,
                             .grid = b->grid,
                             .image = b->image,
                             .images = b->images,
                             .N = n,
                             .T = s->data->width - 1,
                             .mode = LOSS_VALIDATION};
    captioner_loss(&s->model->params, s->work, &batch, NULL);
    loss_of_rows(s->work, s->loss);
    for (int i = 0; i < n; i++)
        if (write_caption(s, i, err))
            return -1;
    return 0;
}

int score_captions(const Model *model, const Dataset *data, int64_t first, const DecoderOptions *o,
                   CaptionOutput *out, const Report *report, Err *err)
{
    const LossOptions options = {.precision = o->search.precision, .places = data->grid.places};
    Scorer s = {.model = model, .data = data, .out = out};
    int64_t none = 0, n = first >= 0 && first < data->n ? first : data->n;
    s.work = loss_work_new(&model->params.shape, ROWS, data->width - 1, &options);
    int rc = !s.work || batch_alloc(&s.batch, data, ROWS)
                 ? err_set(err, "no memory to score %d captions at a time", ROWS)
                 : 0;
    for (int64_t i = 0; rc == 0 && i < n && !report_stop(report); i += ROWS) {
        rc = score_batch(&s, i, (int)(n - i < ROWS ? n - i : ROWS), err);
        report_progress(report, i + s.batch.n, n);
    }
    if (rc == 0)
        rc = caption_output_end(out, &none, err);
    batch_free(&s.batch);
    loss_work_free(s.work);
    return rc;
}
