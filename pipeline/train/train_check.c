#include "pipeline/train/train_check.h"

#include "model/gradients.h"
#include "pipeline/train/shards.h"
#include "pipeline/train/train_start.h"

#include <math.h>
#include <stdlib.h>

static int check(TrainRun *r, GradientCheck *result, Err *err)
{
    const TrainSettings *s = &r->state.settings;
    const ModelShape *shape = &r->model.params.shape;
    const Batch *b = r->source ? batches_next(r->source, err) : NULL;
    if (!b)
        return r->source ? -1 : err_set(err, "no iterations: nothing to check");
    if (r->share.ranks > 1)
        return err_set(err, "--check-gradients is for one rank");
    if (shards_loss(r, b, &r->stop, NULL, err))
        return -1;
    if (!isfinite(r->loss))
        return err_set(err, "the loss is %f", r->loss);
    const GradientProblem problem = {.cell = shape->cell->name,
                                     .attention = shape->attention ? shape->attention->name : NULL,
                                     .D = shape->D,
                                     .W = shape->W,
                                     .H = shape->H,
                                     .V = shape->V,
                                     .C = shape->C,
                                     .inject = shape->inject,
                                     .places = r->data.grid.places,
                                     .dropout = s->dropout,
                                     .label_smoothing = s->label_smoothing,
                                     .seed = (uint32_t)s->seed,
                                     .params = r->model.params.data,
                                     .gradient = r->grads.data,
                                     .features = b->features,
                                     .captions = b->captions,
                                     .grid = b->grid,
                                     .image = b->image,
                                     .images = b->images,
                                     .N = b->n,
                                     .T = r->data.width - 1};
    report_note(r->report, "checking the gradient of %d captions: up to %d elements of each tensor", b->n,
                CHECKED_ELEMENTS);
    return check_gradients(&problem, result) ? err_set(err, "out of memory") : 0;
}

/* "Wx[3,17]" */
static const char *element_name(const TensorCheck *c, char *out, size_t size)
{
    size_t place[TENSOR_RANK], at = c->at;
    int n = snprintf(out, size, "%s[", c->name);
    for (int k = c->rank - 1; k >= 0; k--) {
        place[k] = at % (size_t)c->dim[k];
        at /= (size_t)c->dim[k];
    }
    for (int k = 0; k < c->rank; k++)
        n += snprintf(out + n, size - (size_t)n, "%zu%s", place[k], k + 1 < c->rank ? "," : "]");
    return out;
}

/* A line for each tensor; returns the worst. */
static const TensorCheck *show(const GradientCheck *g, FILE *out)
{
    const TensorCheck *worst = &g->tensor[0];
    char element[160];
    fprintf(out, "%-14s %9s %8s  %-24s %14s %14s %12s\n", "tensor", "compared", "error", "worst element",
            "gradient", "differences", "float error");
    for (int i = 0; i < g->n; i++) {
        const TensorCheck *c = &g->tensor[i];
        fprintf(out, "%-14s %9zu %8.1e  %-24s %14.7e %14.7e %12.1e\n", c->name, c->checked, c->error,
                element_name(c, element, sizeof element), c->ours, c->numeric, g->float_error[i]);
        if (!isnan(worst->error) && !(c->error <= worst->error))
            worst = c;
    }
    fprintf(out, "worst          %9s %8.1e  %s\n", "", worst->error, element_name(worst, element, sizeof element));
    fflush(out); /* before the line that may follow on standard error */
    return worst;
}

static int judge(const GradientCheck *g, FILE *out, Err *err)
{
    const TensorCheck *worst = show(g, out);
    char element[160];
    if (worst->error <= GRADIENT_ERROR_MAX)
        return 0;
    return err_set(err, "the gradient of %s is %.9g, by centred differences %.9g: error %.1e, at most %g is right",
                   element_name(worst, element, sizeof element), worst->ours, worst->numeric, worst->error,
                   GRADIENT_ERROR_MAX);
}

int train_check_gradients(const TrainOptions *options, const Report *report, FILE *out, bool *contradiction,
                          Err *err)
{
    TrainOptions o = *options;
    o.out = o.log = o.settings.keep_best = NULL;
    o.force = true; /* nothing is replaced */
    TrainRun r = {.options = &o, .report = report};
    GradientCheck g = {.tensor = NULL};
    int rc = train_start(&r, err) || check(&r, &g, err) || judge(&g, out, err) ? -1 : 0;
    *contradiction = r.contradiction;
    free(g.tensor);
    free(g.float_error);
    train_end(&r);
    return rc;
}
