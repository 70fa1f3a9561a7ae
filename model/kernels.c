#include "model/kernels.h"

#include "model/simd.h"

#include <string.h>

/* --- sums around matrix products --- */

void fill_rows(int n, int m, Rows y, const real *b)
{
    for (int r = 0; r < n; r++) {
        if (b)
            memcpy(row_at(y, r), b, (size_t)m * sizeof(real));
        else
            memset(row_at(y, r), 0, (size_t)m * sizeof(real));
    }
}

void gather_rows(int n, int m, Rows y, const real *W, const int32_t *x)
{
    for (int r = 0; r < n; r++)
        memcpy(row_at(y, r), W + (size_t)x[r] * (size_t)m, (size_t)m * sizeof(real));
}

void add_column_sums(int n, int m, Rows dy, real *db)
{
    for (int r = 0; r < n; r++)
        simd->add_row(m, row_at(dy, r), db);
}

void add_rows(int n, int m, Rows y, Rows x)
{
    for (int r = 0; r < n; r++)
        simd->add_row(m, row_at(x, r), row_at(y, r));
}

/* --- softmax --- */

static double mean_of(int n, const real *x)
{
    double sum = 0;
    for (int j = 0; j < n; j++)
        sum += (double)x[j];
    return sum / n;
}

void softmax_loss_rows(int n, int V, Rows scores, const int32_t *target, double smoothing, real scale, int grad,
                       double *loss)
{
    const real sharp = (real)((1 - smoothing) * (double)scale), flat = (real)(smoothing / V * (double)scale);
    for (int r = 0; r < n; r++) {
        real *s = row_at(scores, r);
        if (target[r] < 0) {
            loss[r] = 0;
            if (grad)
                memset(s, 0, (size_t)V * sizeof *s);
            continue;
        }
        real max = simd->max(V, s), due = s[target[r]];
        double mean = smoothing > 0 ? mean_of(V, s) : 0;
        double sum = simd->exp_row(V, s, max, s);
        loss[r] = log(sum) - ((double)due - (double)max);
        if (smoothing > 0)
            loss[r] += smoothing * ((double)due - mean);
        if (!grad)
            continue;
        simd->scale_row(V, (real)((double)scale / sum), s);
        s[target[r]] -= sharp;
        for (int j = 0; j < V && smoothing > 0; j++)
            s[j] -= flat;
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
