#include "model/kernels.h"

#include "model/gemm.h"

#include <string.h>

static inline real *row(Rows m, int i)
{
    return m.at + (size_t)i * m.ld;
}

/* --- cells --- */

/* Stable on both sides: the argument of exp is never positive. */
static inline real sigmoid(real x)
{
    real e = real_exp(x < 0 ? x : -x);
    return (x < 0 ? e : 1) / (1 + e);
}

static void lstm_row_forward(int H, real *restrict a, const real *restrict prev_c, real *restrict next_h,
                             real *restrict next_c)
{
    real *i = a, *f = a + H, *o = a + 2 * H, *g = a + 3 * H;
    for (int j = 0; j < 3 * H; j++)
        a[j] = sigmoid(a[j]);
    for (int j = 0; j < H; j++)
        g[j] = real_tanh(g[j]);
    for (int j = 0; j < H; j++)
        next_c[j] = f[j] * prev_c[j] + i[j] * g[j];
    for (int j = 0; j < H; j++)
        next_h[j] = o[j] * real_tanh(next_c[j]);
}

void cell_forward(Cell cell, int n, int H, Rows a, Rows prev_h, const real *Wh, Rows prev_c, Rows next_h,
                  Rows next_c)
{
    int GH = cell_gates(cell) * H;
    gemm(PLAIN, PLAIN, n, GH, H, prev_h.at, prev_h.ld, Wh, (size_t)GH, 1, a.at, a.ld);
    for (int r = 0; r < n; r++) {
        if (cell == CELL_LSTM) {
            lstm_row_forward(H, row(a, r), row(prev_c, r), row(next_h, r), row(next_c, r));
            continue;
        }
        const real *in = row(a, r);
        real *h = row(next_h, r);
        for (int j = 0; j < H; j++)
            h[j] = real_tanh(in[j]);
    }
}

static void lstm_row_backward(int H, real *da, const real *gates, const real *prev_c, const real *next_c,
                              const real *dh, real *dc)
{
    for (int j = 0; j < H; j++) {
        real i = gates[j], f = gates[H + j], o = gates[2 * H + j], g = gates[3 * H + j];
        real tc = real_tanh(next_c[j]);
        real d = dc[j] + dh[j] * o * (1 - tc * tc);
        da[j] = d * g * i * (1 - i);
        da[H + j] = d * prev_c[j] * f * (1 - f);
        da[2 * H + j] = dh[j] * tc * o * (1 - o);
        da[3 * H + j] = d * i * (1 - g * g);
        dc[j] = d * f;
    }
}

void cell_backward(Cell cell, int n, int H, Rows da, Rows gates, Rows next_h, Rows prev_c, Rows next_c,
                   Rows dnext_h, Rows dc)
{
    for (int r = 0; r < n; r++) {
        if (cell == CELL_LSTM) {
            lstm_row_backward(H, row(da, r), row(gates, r), row(prev_c, r), row(next_c, r), row(dnext_h, r),
                              row(dc, r));
            continue;
        }
        const real *h = row(next_h, r), *dh = row(dnext_h, r);
        real *d = row(da, r);
        for (int j = 0; j < H; j++)
            d[j] = dh[j] * (1 - h[j] * h[j]);
    }
}

/* --- sums around matrix products --- */

void fill_rows(int n, int m, Rows y, const real *b)
{
    for (int r = 0; r < n; r++) {
        if (b)
            memcpy(row(y, r), b, (size_t)m * sizeof(real));
        else
            memset(row(y, r), 0, (size_t)m * sizeof(real));
    }
}

void gather_rows(int n, int m, Rows y, const real *W, const int32_t *x)
{
    for (int r = 0; r < n; r++)
        memcpy(row(y, r), W + (size_t)x[r] * (size_t)m, (size_t)m * sizeof(real));
}

void add_column_sums(int n, int m, Rows dy, real *db)
{
    for (int r = 0; r < n; r++) {
        const real *d = row(dy, r);
        for (int j = 0; j < m; j++)
            db[j] += d[j];
    }
}

void add_rows(int n, int m, Rows y, Rows x)
{
    for (int r = 0; r < n; r++) {
        const real *from = row(x, r);
        real *to = row(y, r);
        for (int j = 0; j < m; j++)
            to[j] += from[j];
    }
}

/* --- softmax --- */

/* The largest element of a row. A NaN that it passes over shows in the sum of exponentials. */
static real row_max(int V, const real *s)
{
    real max = s[0];
    for (int j = 1; j < V; j++)
        max = s[j] > max ? s[j] : max;
    return max;
}

void softmax_loss_rows(int n, int V, Rows scores, const int32_t *target, real scale, int grad, double *loss)
{
    for (int r = 0; r < n; r++) {
        real *s = row(scores, r);
        if (target[r] < 0) {
            loss[r] = 0;
            if (grad)
                memset(s, 0, (size_t)V * sizeof *s);
            continue;
        }
        real max = row_max(V, s), due = s[target[r]];
        double sum = 0;
        for (int j = 0; j < V; j++) {
            s[j] = real_exp(s[j] - max);
            sum += (double)s[j];
        }
        loss[r] = log(sum) - ((double)due - (double)max);
        if (!grad)
            continue;
        real norm = (real)((double)scale / sum);
        for (int j = 0; j < V; j++)
            s[j] *= norm;
        s[target[r]] -= scale;
    }
}

double log_sum_exp(int V, const real *scores)
{
    real max = row_max(V, scores);
    double sum = 0;
    for (int j = 0; j < V; j++)
        sum += (double)real_exp(scores[j] - max);
    return (double)max + log(sum);
}
