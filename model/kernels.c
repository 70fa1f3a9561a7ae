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

void scale_rows(int n, int m, real by, Rows y)
{
    for (int i = 0; i < n; i++)
        simd->scale_row(m, by, row_at(y, i));
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

/* Sums of blocks first, then words inside one: the same block sums make the total, so that a block exceeds every u. */
int32_t draw_word(int V, const real *scores, double u)
{
    enum { BLOCK = 64 };
    const real max = simd->max(V, scores);
    double total = 0, at = 0;
    int32_t first = 0, drawn = V - 1;
    for (int j = 0; j < V; j += BLOCK)
        total += simd->sum_exp(V - j < BLOCK ? V - j : BLOCK, scores + j, max);
    const double bound = u * total;
    for (double next = 0; first < V; first += BLOCK, at = next) {
        next = at + simd->sum_exp(V - first < BLOCK ? V - first : BLOCK, scores + first, max);
        if (next > bound)
            break;
    }
    for (int32_t j = first; j < V && j < first + BLOCK; j++) {
        double weight = exp((double)scores[j] - (double)max);
        at += weight;
        drawn = weight > 0 ? j : drawn; /* the last one that can be, if rounding leaves none */
        if (at > bound)
            break;
    }
    return drawn;
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
