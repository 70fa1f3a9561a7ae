#include "model/gradcheck.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

void eval_numerical_gradient(ScalarFunction f, void *ctx, real *x, size_t n, double h, real *grad)
{
    for (size_t i = 0; i < n; i++) {
        real kept = x[i];
        x[i] = kept + (real)h;
        double above = f(ctx);
        x[i] = kept - (real)h;
        double below = f(ctx);
        x[i] = kept;
        grad[i] = (real)((above - below) / (2 * h));
    }
}

int eval_numerical_gradient_array(ArrayFunction f, void *ctx, real *x, size_t n, const real *df, size_t m, double h,
                                  real *grad)
{
    real *above = malloc(m * sizeof *above), *below = malloc(m * sizeof *below);
    int rc = above && below ? 0 : -1;
    for (size_t i = 0; i < n && !rc; i++) {
        double sum = 0;
        real kept = x[i];
        x[i] = kept + (real)h;
        f(ctx, above);
        x[i] = kept - (real)h;
        f(ctx, below);
        x[i] = kept;
        for (size_t j = 0; j < m; j++)
            sum += (double)(above[j] - below[j]) * (double)df[j];
        grad[i] = (real)(sum / (2 * h));
    }
    free(above);
    free(below);
    return rc;
}

double rel_error(const real *x, const real *y, size_t n)
{
    double worst = 0;
    for (size_t i = 0; i < n; i++) {
        double sum = fabs((double)x[i]) + fabs((double)y[i]);
        double e = fabs((double)x[i] - (double)y[i]) / (sum > 1e-8 ? sum : 1e-8);
        if (isnan(e))
            return e;
        if (e > worst)
            worst = e;
    }
    return worst;
}

/* --- a sample of all parameters --- */

/* The place of one of n elements, or if `set` of one that is not 0; n: none is. */
static size_t draw(Rng *rng, const real *x, size_t n, int set)
{
    size_t choices = 0, i = 0;
    if (!set)
        return (size_t)rng_randint(rng, (int64_t)n);
    for (; i < n; i++)
        choices += x[i] != 0;
    if (!choices)
        return n;
    size_t rank = (size_t)rng_randint(rng, (int64_t)choices);
    for (i = 0; rank || x[i] == 0; i++)
        rank -= x[i] != 0;
    return i;
}

/* The element's gradient by differences with the step that brings it closest to ours. No step suits all elements: over
 * a short one the loss's rounding shows in small gradients, over a long one the higher terms; a wrong gradient is wrong
 * with each. Writes the course's relative error; -1 if the loss's rounding hides the difference. */
static double closest_difference(ScalarFunction f, void *ctx, real *x, real ours, double loss, double *error)
{
    static const double steps[] = {1e-5, 1e-4, 1e-3, 1e-6};
    double closest = NAN, rounding = 0;
    *error = NAN;
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        real numeric;
        eval_numerical_gradient(f, ctx, x, 1, steps[i], &numeric);
        double e = rel_error(&ours, &numeric, 1);
        if (!(e >= *error)) {
            *error = e;
            closest = (double)numeric;
            rounding = 8 * DBL_EPSILON * fabs(loss) / steps[i]; /* a loss is right to a few last places */
        }
        if (*error <= GRADIENT_ERROR_MAX / 10)
            break;
    }
    if (*error > GRADIENT_ERROR_MAX && fabs((double)ours - closest) <= rounding)
        *error = -1;
    return closest;
}

/* One element; NaN counts as the worst error. */
static void compare_element(TensorCheck *c, double error, size_t at, real ours, double numeric)
{
    if (error < 0)
        return;
    if (c->checked++ == 0 || (!isnan(c->error) && !(error <= c->error))) {
        c->error = error;
        c->at = at;
        c->ours = (double)ours;
        c->numeric = numeric;
    }
}

void compare_gradients(ScalarFunction f, void *ctx, Params *params, const Params *grads, uint32_t seed,
                       TensorCheck *out)
{
    Rng rng;
    const double loss = f(ctx);
    rng_seed(&rng, seed);
    for (int i = 0; i < params->n_tensors; i++) {
        const Tensor *t = &params->tensor[i];
        const real *g = grads->data + t->offset;
        int all = t->size <= CHECKED_ELEMENTS;
        out[i] = (TensorCheck){.name = t->name, .rank = t->rank};
        for (int k = 0; k < TENSOR_RANK; k++)
            out[i].dim[k] = t->dim[k];
        for (size_t k = 0; k < (all ? t->size : CHECKED_ELEMENTS); k++) {
            double error, numeric;
            size_t at = all ? k : draw(&rng, g, t->size, k % 2 == 0);
            if (at == t->size)
                continue;
            numeric = closest_difference(f, ctx, params->data + t->offset + at, g[at], loss, &error);
            compare_element(&out[i], error, at, g[at], numeric);
        }
    }
}
