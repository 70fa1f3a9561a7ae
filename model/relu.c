#include "model/relu.h"

#include <stddef.h>

void relu_forward(int n, int m, real *v)
{
#pragma omp parallel for schedule(static)
    for (int i = 0; i < n; i++) {
        real *row = v + (size_t)i * (size_t)m;
        for (int j = 0; j < m; j++)
            row[j] = row[j] < 0 ? 0 : row[j];
    }
}

void relu_backward(int n, int m, const real *v, real *d)
{
#pragma omp parallel for schedule(static)
    for (int i = 0; i < n; i++) {
        const real *row = v + (size_t)i * (size_t)m;
        real *out = d + (size_t)i * (size_t)m;
        for (int j = 0; j < m; j++)
            out[j] = row[j] > 0 ? out[j] : 0;
    }
}
