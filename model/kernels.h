/* Row kernels: the softmax and small sums. Layers (layers.h), training (loss.h) and decoding (search.h) are composed of
 * these, the matrix products of gemm.h, the cells of cell.h and the attentions of attention.h.
 *
 * A kernel processes n rows on the calling thread; callers cut their rows into tiles and share them among
 * threads. Matrices are row-major, with a distance between rows of their own (Rows), so that a kernel runs on (N,T,H)
 * arrays and on packed rows alike. No kernel allocates. */
#ifndef COCO_MODEL_KERNELS_H
#define COCO_MODEL_KERNELS_H

#include "model/base/real.h"

#include <stddef.h>
#include <stdint.h>

/* An (n, width) matrix with its row distance. */
typedef struct {
    real *at;
    size_t ld;
} Rows;

static inline Rows rows_of(const real *at, size_t ld)
{
    return (Rows){(real *)at, ld};
}

static inline real *row_at(Rows m, int i)
{
    return m.at + (size_t)i * m.ld;
}

/* The same matrix from row i on; a NULL matrix stays NULL. */
static inline Rows rows_at(Rows m, int i)
{
    return m.at ? rows_of(row_at(m, i), m.ld) : m;
}

/* Rows that are `width` long and as far apart, from row i on; a NULL matrix stays NULL. */
static inline Rows dense_rows(const real *m, int width, int i)
{
    return rows_at(rows_of(m, (size_t)width), i);
}

/* --- sums around matrix products --- */

/* y[i] = b for each of n rows of width m; b NULL: zero. */
void fill_rows(int n, int m, Rows y, const real *b);
/* y[i] = W[x[i]]: n rows of width m, picked by index. */
void gather_rows(int n, int m, Rows y, const real *W, const int32_t *x);
/* db[j] += Σ_i dy[i][j]. */
void add_column_sums(int n, int m, Rows dy, real *db);
/* y[i] *= by for n rows of width m. */
void scale_rows(int n, int m, real by, Rows y);
/* y[i] += x[i] for n rows of width m. */
void add_rows(int n, int m, Rows y, Rows x);

/* --- softmax --- */

/* The cross-entropy of n rows of scores (V wide) against target words, in place:
 *   loss[i] = log Σ_j exp(s_ij) - s_i,target    (natural logarithm, the row's maximum subtracted first)
 *   scores  = (softmax(s_i) - onehot(target)) · scale,  the gradient of scale·loss
 * With `smoothing` ε (Szegedy et al. 2016, section 7) the target is (1-ε)·onehot(target) + ε/V:
 *   loss[i] = log Σ_j exp(s_ij) - (1-ε)·s_i,target - ε·mean_j s_ij
 * A row with a negative target is masked: its loss and its gradient are 0. With grad 0 only the loss is computed
 * and the scores are left undefined. */
void softmax_loss_rows(int n, int V, Rows scores, const int32_t *target, double smoothing, real scale, int grad,
                       double *loss);

/* log Σ_j exp(s_j) of one row, the sum in double. */
double log_sum_exp(int V, const real *scores);

/* The index of a row's largest score, the first among equals. NaNs lose, except that a row that begins with one
 * gives 0. */
int32_t best_word(int V, const real *scores);

/* A word drawn from softmax(scores) by a uniform number u from 0 to below 1: the first one whose cumulated probability
 * exceeds u. A score of -∞ counts as e^-87 of the highest, and so is drawn only where u is
 * next to 0 or 1. From 0 to V-1 even if scores are NaN. */
int32_t draw_word(int V, const real *scores, double u);

/* The first word from `from` on whose score is above the bound, or V. */
int32_t next_above(int V, const real *scores, int32_t from, real bound);

#endif
