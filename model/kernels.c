#include "model/kernels.h"

#include "model/simd.h"

#include <string.h>

static inline real *row(Rows m, int i)
{
    return m.at + (size_t)i * m.ld;
}

/* --- cells --- */

void cell_forward(Cell cell, int n, int H, Rows a, Rows prev_c, Rows next_h, Rows next_c)
{
    for (int r = 0; r < n; r++) {
        if (cell == CELL_LSTM)
            simd->lstm_forward(H, row(a, r), row(prev_c, r), row(next_h, r), row(next_c, r));
        else
            simd->tanh_row(H, row(a, r), row(next_h, r));
    }
}

void cell_backward(Cell cell, int n, int H, Rows da, Rows gates, Rows next_h, Rows prev_c, Rows next_c,
                   Rows dnext_h, Rows dc)
{
    for (int r = 0; r < n; r++) {
        if (cell == CELL_LSTM)
            simd->lstm_backward(H, row(gates, r), row(prev_c, r), row(next_c, r), row(dnext_h, r), row(da, r),
                                row(dc, r));
        else
            simd->rnn_backward(H, row(next_h, r), row(dnext_h, r), row(da, r));
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
    for (int r = 0; r < n; r++)
        simd->add_row(m, row(dy, r), db);
}

void add_rows(int n, int m, Rows y, Rows x)
{
    for (int r = 0; r < n; r++)
        simd->add_row(m, row(x, r), row(y, r));
}

/* --- softmax --- */

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
        real max = simd->max(V, s), due = s[target[r]];
        double sum = simd->exp_row(V, s, max, s);
        loss[r] = log(sum) - ((double)due - (double)max);
        if (!grad)
            continue;
        simd->scale_row(V, (real)((double)scale / sum), s);
        s[target[r]] -= scale;
    }
}

double log_sum_exp(int V, const real *scores)
{
    real max = simd->max(V, scores);
    return (double)max + log(simd->sum_exp(V, scores, max));
}

int32_t best_word(int V, const real *scores)
{
    int at = simd->find(V, scores, simd->max(V, scores));
    return at < V ? at : 0;
}

int32_t next_above(int V, const real *scores, int32_t from, real bound)
{
    return from + simd->above(V - from, scores + from, bound);
}
