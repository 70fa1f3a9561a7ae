/* The row kernels that everything in model/ is composed of, besides the matrix products of gemm.h and the cells of
 * cell.h: the softmax and small sums. The course's layers (layers.h), the path that training runs (loss.h) and
 * decoding (search.h) are thin compositions of these; there is no second implementation.
 *
 * A kernel works on the n rows that it is given, on the calling thread: callers cut their rows into tiles
 * and share these among threads. Matrices are row-major; ld* is the distance between rows, so that a
 * kernel runs on (N,T,H) and on packed rows alike. No kernel allocates. */
#ifndef COCO_MODEL_KERNELS_H
#define COCO_MODEL_KERNELS_H

#include "model/real.h"

#include <stddef.h>
#include <stdint.h>

/* A (n, width) matrix seen with a row distance. */
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

/* The same rows from row i on; of a matrix that is not there (NULL), none. */
static inline Rows rows_at(Rows m, int i)
{
    return m.at ? rows_of(row_at(m, i), m.ld) : m;
}

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
