#include "model/dropout.h"

#include "model/base/philox.h"

static void drop_row(PhiloxPlace place, uint32_t below, real scale, int m, const real *x, real *y)
{
    for (int j = 0; j < m; j += 4) {
        uint32_t four[4];
        philox_four(place, (uint32_t)j / 4, four);
        for (int k = 0; k < 4 && j + k < m; k++)
            y[j + k] = four[k] < below ? 0 : x[j + k] * scale;
    }
}

void dropout_rows(const Dropout *d, DropLayer layer, const int *row, int n, int m, Rows x, Rows y)
{
    const uint32_t below = (uint32_t)(d->rate * 4294967296.0);
    const real scale = (real)(1 / (1 - d->rate));
    for (int i = 0; i < n && d->rate > 0; i++)
        drop_row((PhiloxPlace){d->seed, layer, d->iteration, (uint32_t)row[i]}, below, scale, m, row_at(x, i),
                 row_at(y, i));
}

void dropout_parallel(const Dropout *d, DropLayer layer, const int *row, int n, int m, Rows y)
{
    if (d->rate <= 0)
        return;
#pragma omp parallel for schedule(static)
    for (int i = 0; i < n; i++)
        dropout_rows(d, layer, row + i, 1, m, rows_at(y, i), rows_at(y, i));
}
