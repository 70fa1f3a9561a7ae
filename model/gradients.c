#include "model/gradients.h"

#include "model/attention/attention.h"
#include "model/base/memory.h"
#include "model/loss.h"

#include <math.h>
#include <stdlib.h>

/* The loss as a function of the parameters, and its memory. */
typedef struct {
    Params params, grads, scratch; /* scratch: gradients of the differences' losses, which nobody reads */
    LossWork *work;
    Blocks blocks;
    LossBatch batch;
    LossMode mode; /* of the differences: without what acts in training alone, the gradient need not be computed */
} Check;

static real *widened(Check *c, const float *from, size_t n)
{
    real *to = blocks_room(&c->blocks, n, sizeof *to);
    for (size_t i = 0; to && i < n; i++)
        to[i] = from[i];
    return to;
}

static int check_begin(Check *c, const GradientProblem *p)
{
    const ModelShape shape = {.cell = cell_named(p->cell),
                              .D = p->D,
                              .W = p->W,
                              .H = p->H,
                              .V = p->V,
                              .attention = p->attention ? attention_named(p->attention) : NULL,
                              .C = p->C,
                              .inject = p->inject};
    const LossOptions options = {
        .dropout = p->dropout, .seed = p->seed, .label_smoothing = p->label_smoothing, .places = p->places};
    size_t grid = (size_t)p->images * (size_t)p->places * (size_t)p->C;
    if (params_alloc(&c->params, &shape) || params_alloc(&c->grads, &shape) || params_alloc(&c->scratch, &shape))
        return -1;
    for (size_t i = 0; i < c->params.n; i++)
        c->params.data[i] = p->params[i];
    c->work = loss_work_new(&shape, p->N, p->T, &options);
    c->batch = (LossBatch){.features = widened(c, p->features, (size_t)p->N * (size_t)p->D),
                           .captions = p->captions,
                           .grid = p->grid ? widened(c, p->grid, grid) : NULL,
                           .image = p->image,
                           .images = p->images,
                           .N = p->N,
                           .T = p->T,
                           .iteration = 1};
    c->mode = p->dropout > 0 || p->label_smoothing > 0 ? LOSS_TRAINING : LOSS_VALIDATION;
    return c->work && !c->blocks.failed ? 0 : -1;
}

static void check_end(Check *c)
{
    params_free(&c->params);
    params_free(&c->grads);
    params_free(&c->scratch);
    loss_work_free(c->work);
    blocks_free(&c->blocks);
}

static double loss_in(Check *c, LossMode mode, Params *grads)
{
    c->batch.mode = mode;
    return captioner_loss(&c->params, c->work, &c->batch, grads);
}

static double loss_of(void *ctx)
{
    Check *c = ctx;
    return loss_in(c, c->mode, &c->scratch);
}

/* |x - y| / max(1e-8, |y|), of vectors, with the floor of the course's relative error. */
static double distance(const float *x, const real *y, size_t n)
{
    double apart = 0, norm = 0;
    for (size_t i = 0; i < n; i++) {
        apart += ((double)x[i] - (double)y[i]) * ((double)x[i] - (double)y[i]);
        norm += (double)y[i] * (double)y[i];
    }
    return sqrt(apart) / fmax(1e-8, sqrt(norm));
}

int check_gradients(const GradientProblem *p, GradientCheck *result)
{
    Check c = {.work = NULL};
    int rc = check_begin(&c, p);
    *result = (GradientCheck){.n = c.params.n_tensors};
    if (rc == 0) {
        result->tensor = calloc((size_t)result->n, sizeof *result->tensor);
        result->float_error = calloc((size_t)result->n, sizeof *result->float_error);
        rc = result->tensor && result->float_error ? 0 : -1;
    }
    if (rc == 0) {
        result->loss = loss_in(&c, LOSS_TRAINING, &c.grads);
        compare_gradients(loss_of, &c, &c.params, &c.grads, p->seed, result->tensor);
        for (int i = 0; i < result->n; i++) {
            const Tensor *t = &c.grads.tensor[i];
            result->float_error[i] = distance(p->gradient + t->offset, c.grads.data + t->offset, t->size);
        }
    }
    check_end(&c);
    return rc;
}
