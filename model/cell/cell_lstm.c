/* The long short-term memory, its gates in the course's order i, f, o, g:
 *
 *   i, f, o = σ(a_i, a_f, a_o);  g = tanh(a_g);  c' = f∘c + i∘g;  h' = o∘tanh(c') */
#include "model/cell/cell.h"
#include "model/simd/exp.h"
#include "model/simd/name.h"

static void forward_row(int H, real *restrict gates, const real *restrict prev_c, real *restrict next_h,
                        real *restrict next_c)
{
    real *i = gates, *f = gates + H, *o = gates + 2 * H, *g = gates + 3 * H;
#pragma omp simd
    for (int j = 0; j < 3 * H; j++)
        gates[j] = fast_sigmoid(gates[j]);
#pragma omp simd
    for (int j = 0; j < H; j++)
        g[j] = fast_tanh(g[j]);
#pragma omp simd
    for (int j = 0; j < H; j++) {
        next_c[j] = f[j] * prev_c[j] + i[j] * g[j];
        next_h[j] = o[j] * fast_tanh(next_c[j]);
    }
}

/* dc' += dh'∘o∘(1 - tanh²c');  da = (dc'∘g∘i(1-i), dc'∘c∘f(1-f), dh'∘tanh(c')∘o(1-o), dc'∘i∘(1-g²));  dc = dc'∘f */
static void backward_row(int H, const real *restrict gates, const real *restrict prev_c,
                         const real *restrict next_c, const real *restrict dh, real *restrict da, real *restrict dc)
{
#pragma omp simd
    for (int j = 0; j < H; j++) {
        real i = gates[j], f = gates[H + j], o = gates[2 * H + j], g = gates[3 * H + j];
        real tc = fast_tanh(next_c[j]);
        real d = dc[j] + dh[j] * o * (1 - tc * tc);
        da[j] = d * g * i * (1 - i);
        da[H + j] = d * prev_c[j] * f * (1 - f);
        da[2 * H + j] = dh[j] * tc * o * (1 - o);
        da[3 * H + j] = d * i * (1 - g * g);
        dc[j] = d * f;
    }
}

static void forward(const CellStep *s)
{
    for (int r = 0; r < s->n; r++)
        forward_row(s->H, row_at(s->a, r), row_at(s->prev_c, r), row_at(s->next_h, r), row_at(s->next_c, r));
}

static void backward(const CellStep *s)
{
    for (int r = 0; r < s->n; r++)
        backward_row(s->H, row_at(s->a, r), row_at(s->prev_c, r), row_at(s->next_c, r), row_at(s->dnext_h, r),
                     row_at(s->da, r), row_at(s->dc, r));
}

extern const Cell SIMD_NAME(cell_lstm);
const Cell SIMD_NAME(cell_lstm) = {
    .name = "lstm",
    .gates = 4,
    .carried = 1,
    .forget = 1,
    .forward = forward,
    .backward = backward,
};
