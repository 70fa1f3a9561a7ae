#include "pipeline/train/scheduled.h"

#include "model/decode/draw.h"

#include <stdlib.h>

double scheduled_share(double P, int64_t done, int64_t per_epoch, int64_t total)
{
    int64_t epochs = (total + per_epoch - 1) / per_epoch;
    return epochs > 1 ? P * (double)(done / per_epoch) / (double)(epochs - 1) : P;
}

int scheduled_start(TrainRun *r, Err *err)
{
    const TrainSettings *s = &r->state.settings;
    const DrawSizes sizes = {.rows = r->rows,
                             .steps = r->data.width - 1,
                             .places = r->data.grid.places,
                             .precision = (Precision)s->precision};
    if (s->scheduled_sampling <= 0)
        return 0;
    r->draw = draw_new(&r->model.params, &sizes);
    r->inputs = malloc((size_t)r->rows * (size_t)r->data.width * sizeof *r->inputs);
    return r->draw && r->inputs ? 0 : err_set(err, "no memory to draw words for minibatches of %d", r->rows);
}

void scheduled_end(TrainRun *r)
{
    draw_free(r->draw);
    free(r->inputs);
}

const int32_t *scheduled_inputs(TrainRun *r, const Batch *b)
{
    const TrainState *s = &r->state;
    double p = scheduled_share(s->settings.scheduled_sampling, s->iteration, r->per_epoch, r->total);
    int first, n = share_rows(&r->share, b->n, &first), width = r->data.width;
    size_t at = (size_t)first;
    const DrawBatch batch = {.features = b->features + at * (size_t)r->data.features.columns,
                             .grid = b->grid,
                             .image = b->image + at,
                             .images = b->images,
                             .N = n,
                             .first = first,
                             .seed = (uint32_t)s->settings.seed,
                             .iteration = s->iteration + 1};
    if (!r->draw || p <= 0)
        return NULL;
    draw_refresh(r->draw);
    draw_inputs(r->draw, &batch, p, width - 1, b->captions + at * (size_t)width,
                r->inputs + at * (size_t)(width - 1));
    return r->inputs;
}
