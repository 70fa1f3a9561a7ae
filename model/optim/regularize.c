#include "model/optim/regularize.h"

enum {
    PARTS = 256, /* of a gradient */
    LANES = 8    /* sums of a part, so that vectors can add */
};

void gradient_add(real *sum, const real *part, size_t n)
{
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < n; i++)
        sum[i] += part[i];
}

static double squares(const real *g, size_t n)
{
    double lane[LANES] = {0}, sum = 0;
    size_t i = 0;
    for (; i + LANES <= n; i += LANES)
        for (int l = 0; l < LANES; l++)
            lane[l] += (double)g[i + (size_t)l] * (double)g[i + (size_t)l];
    for (int l = 0; i < n; i++, l++)
        lane[l] += (double)g[i] * (double)g[i];
    for (int l = 0; l < LANES; l++)
        sum += lane[l];
    return sum;
}

double gradient_norm(const real *g, size_t n)
{
    double part[PARTS], sum = 0;
    size_t size = n / PARTS + 1;
#pragma omp parallel for schedule(static)
    for (size_t k = 0; k < PARTS; k++) {
        size_t from = k * size < n ? k * size : n;
        part[k] = squares(g + from, n - from < size ? n - from : size);
    }
    for (int k = 0; k < PARTS; k++)
        sum += part[k];
    return sqrt(sum);
}

void gradient_clip(double norm, double value, real *g, size_t n)
{
    const real most = (real)value;
    if (value > 0) {
#pragma omp parallel for schedule(static)
        for (size_t i = 0; i < n; i++)
            g[i] = g[i] > most ? most : g[i] < -most ? -most : g[i];
    }
    double is = norm > 0 ? gradient_norm(g, n) : 0;
    if (is > norm) {
        const real by = (real)(norm / is);
#pragma omp parallel for schedule(static)
        for (size_t i = 0; i < n; i++)
            g[i] *= by;
    }
}
