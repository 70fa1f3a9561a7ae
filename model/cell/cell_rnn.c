/* The plain recurrent cell: h' = tanh(a). */
#include "model/cell/cell.h"
#include "model/simd/exp.h"
#include "model/simd/name.h"

static void forward(const CellStep *s)
{
    for (int r = 0; r < s->n; r++) {
        const real *a = row_at(s->a, r);
        real *h = row_at(s->next_h, r);
#pragma omp simd
        for (int j = 0; j < s->H; j++)
            h[j] = fast_tanh(a[j]);
    }
}

/* da = dh'∘(1 - h'²) */
static void backward(const CellStep *s)
{
    for (int r = 0; r < s->n; r++) {
        const real *h = row_at(s->next_h, r), *dh = row_at(s->dnext_h, r);
        real *da = row_at(s->da, r);
#pragma omp simd
        for (int j = 0; j < s->H; j++)
            da[j] = dh[j] * (1 - h[j] * h[j]);
    }
}

extern const Cell SIMD_NAME(cell_rnn);
const Cell SIMD_NAME(cell_rnn) = {
    .name = "rnn",
    .gates = 1,
    .in_place = true,
    .forward = forward,
    .backward = backward,
};
