/* The row kernels that everything in model/ is composed of, besides the matrix products of gemm.h: one time
 * step of a cell, the softmax, small sums. The course's layers (layers.h), the path that training runs
 * (loss.h) and decoding (search.h) are thin compositions of these; there is no second implementation.
 *
 * A kernel works on the n rows that it is given, on the calling thread: callers cut their rows into tiles
 * and share these among threads. Matrices are row-major; ld* is the distance between rows, so that a
 * kernel runs on (N,T,H) and on packed rows alike. No kernel allocates. */
#ifndef COCO_MODEL_KERNELS_H
#define COCO_MODEL_KERNELS_H

#include "model/real.h"

#include <stddef.h>
#include <stdint.h>

typedef enum { CELL_RNN, CELL_LSTM } Cell;

/* Column blocks of the cell's weights: 1 for the rnn, 4 (i, f, o, g) for the lstm. */
static inline int cell_gates(Cell cell)
{
    return cell == CELL_LSTM ? 4 : 1;
}

/* A (n, width) matrix seen with a row distance. */
typedef struct {
    real *at;
    size_t ld;
} Rows;

static inline Rows rows_of(const real *at, size_t ld)
{
    return (Rows){(real *)at, ld};
}

/* --- cells --- */

/* One time step forward, from a (n, G·H) = x·Wx + h·Wh + b, which the caller computes.
 *   rnn:  h' = tanh(a)
 *   lstm: a is split i,f,o,g;  c' = σ(f)∘c + σ(i)∘tanh(g);  h' = σ(o)∘tanh(c')
 * a leaves as the lstm's gates after their nonlinearities; the rnn's may be next_h itself. prev_c and next_c
 * (n, H) are the lstm's alone. */
void cell_forward(Cell cell, int n, int H, Rows a, Rows prev_c, Rows next_h, Rows next_c);

/* The gradient of one time step through the nonlinearities.
 *   rnn:  da = dh'∘(1 - h'²)
 *   lstm: dc' += dh'∘o∘(1 - tanh²c');  da = (dc'∘g∘i(1-i), dc'∘c∘f(1-f), dh'∘tanh(c')∘o(1-o),
 *         dc'∘i∘(1-g²));  dc = dc'∘f
 * da (n, G·H) is written; the rnn's may be dnext_h itself. dc (n, H) enters as the gradient of next_c and leaves as
 * that of prev_c. What is left to the caller are matrix products: dx = da·Wxᵀ, dprev_h = da·Whᵀ,
 * dWx = xᵀ·da, dWh = prev_hᵀ·da, db = Σ da. */
void cell_backward(Cell cell, int n, int H, Rows da, Rows gates, Rows next_h, Rows prev_c, Rows next_c,
                   Rows dnext_h, Rows dc);

/* --- sums around matrix products --- */

/* y[i] = b for each of n rows of width m; b NULL: zero. */
void fill_rows(int n, int m, Rows y, const real *b);
/* y[i] = W[x[i]]: n rows of width m, picked by number. */
void gather_rows(int n, int m, Rows y, const real *W, const int32_t *x);
/* db[j] += Σ_i dy[i][j]. */
void add_column_sums(int n, int m, Rows dy, real *db);
/* y[i] += x[i] for n rows of width m. */
void add_rows(int n, int m, Rows y, Rows x);

/* --- softmax --- */

/* The cross-entropy of n rows of scores (V wide) against target words, in place:
 *   loss[i] = log Σ_j exp(s_ij) - s_i,target    (natural logarithm, the row's maximum subtracted first)
 *   scores  = (softmax(s_i) - onehot(target)) · scale,  the gradient of scale·loss
 * A row whose target is negative is masked: its loss and its gradient are 0. grad 0: the scores are left
 * in an undefined state and only the loss is computed. */
void softmax_loss_rows(int n, int V, Rows scores, const int32_t *target, real scale, int grad, double *loss);

/* log Σ_j exp(s_j) of one row, the sum in double. */
double log_sum_exp(int V, const real *scores);

/* The largest of a row's scores: the first of equals. NaNs lose, but a row that begins with one: 0. */
int32_t best_word(int V, const real *scores);

/* The first word from `from` on whose score is above a bound; V: none. */
int32_t next_above(int V, const real *scores, int32_t from, real bound);

#endif
