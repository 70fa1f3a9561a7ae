#include "model/gradcheck.h"

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
