#include "model/layers.h"

#include "model/affine.h"
#include "model/cell/sequence.h"
#include "model/embedding.h"

#include <string.h>

enum { MOST_ROWS = 128 }; /* rows of a tile */

/* --- the cells as sequences, and a step as a sequence of one --- */

/* Members in the order of sequence.h: sizes, inputs, weights, and what forward writes. */
static Sequence rnn(int N, int T, int D, int H, const real *x, const real *h0, const real *Wx, const real *Wh,
                    const real *b, const real *h)
{
    return (Sequence){cell_named("rnn"), N,    T,         D,   H, x, h0, NULL, Wx, Wh, b, NULL,
                      (real *)h,         NULL, (real *)h, NULL};
}

static Sequence lstm(int N, int T, int D, int H, const real *x, const real *h0, const real *c0, const real *Wx,
                     const real *Wh, const real *b, const real *h, const real *c, const real *gates)
{
    return (Sequence){cell_named("lstm"), N,   T, D, H, x, h0, c0, Wx, Wh, b, NULL, (real *)h, (real *)c,
                      (real *)gates,      NULL};
}

void rnn_forward(real *h, const real *x, const real *h0, const real *Wx, const real *Wh, const real *b, int N,
                 int T, int D, int H)
{
    Sequence s = rnn(N, T, D, H, x, h0, Wx, Wh, b, h);
    sequence_forward(&s);
}

void rnn_backward(real *dx, real *dh0, real *dWx, real *dWh, real *db, real *da, real *dh, const real *h,
                  const real *x, const real *h0, const real *Wx, const real *Wh, int N, int T, int D, int H)
{
    Sequence s = rnn(N, T, D, H, x, h0, Wx, Wh, NULL, h);
    sequence_backward(&s, &(SequenceGrads){dx, dh0, dWx, dWh, db, NULL, dh, NULL, da, NULL});
}

void rnn_step_forward(real *next_h, const real *x, const real *prev_h, const real *Wx, const real *Wh,
                      const real *b, int N, int D, int H)
{
    rnn_forward(next_h, x, prev_h, Wx, Wh, b, N, 1, D, H);
}

void rnn_step_backward(real *dx, real *dprev_h, real *dWx, real *dWh, real *db, real *da, const real *dnext_h,
                       const real *next_h, const real *x, const real *prev_h, const real *Wx, const real *Wh, int N,
                       int D, int H)
{
    /* With one step nothing is added to dh. */
    rnn_backward(dx, dprev_h, dWx, dWh, db, da, (real *)dnext_h, next_h, x, prev_h, Wx, Wh, N, 1, D, H);
}

void lstm_forward(real *h, real *c, real *gates, const real *x, const real *h0, const real *zero, const real *Wx,
                  const real *Wh, const real *b, int N, int T, int D, int H)
{
    Sequence s = lstm(N, T, D, H, x, h0, zero, Wx, Wh, b, h, c, gates);
    sequence_forward(&s);
}

void lstm_backward(real *dx, real *dh0, real *dWx, real *dWh, real *db, real *da, real *dc, real *dh, const real *h,
                   const real *c, const real *gates, const real *x, const real *h0, const real *zero,
                   const real *Wx, const real *Wh, int N, int T, int D, int H)
{
    Sequence s = lstm(N, T, D, H, x, h0, zero, Wx, Wh, NULL, h, c, gates);
    memset(dc, 0, (size_t)N * (size_t)H * sizeof *dc);
    sequence_backward(&s, &(SequenceGrads){dx, dh0, dWx, dWh, db, NULL, dh, dc, da, NULL});
}

void lstm_step_forward(real *next_h, real *next_c, real *gates, const real *x, const real *prev_h,
                       const real *prev_c, const real *Wx, const real *Wh, const real *b, int N, int D, int H)
{
    lstm_forward(next_h, next_c, gates, x, prev_h, prev_c, Wx, Wh, b, N, 1, D, H);
}

void lstm_step_backward(real *dx, real *dprev_h, real *dprev_c, real *dWx, real *dWh, real *db, real *da,
                        const real *dnext_h, const real *next_c, const real *gates, const real *x,
                        const real *prev_h, const real *prev_c, const real *Wx, const real *Wh, int N, int D, int H)
{
    Sequence s = lstm(N, 1, D, H, x, prev_h, prev_c, Wx, Wh, NULL, NULL, next_c, gates);
    sequence_backward(&s, &(SequenceGrads){dx, dprev_h, dWx, dWh, db, NULL, (real *)dnext_h, dprev_c, da, NULL});
}

/* --- word embedding --- */

void word_embedding_forward(real *out, const int32_t *x, const real *W, int n, int D)
{
    const Gather gather = {out, x, W, n, D};
    job_run(gather_job(&gather));
}

void word_embedding_backward(real *dW, const real *dout, const int32_t *x, int n, int D)
{
    const Scatter scatter = {dW, 0, x, dout, n, D};
    job_run(scatter_job(&scatter));
}

/* --- temporal affine --- */

void temporal_affine_forward(real *out, const real *x, const real *w, const real *b, int n, int D, int M)
{
    affine_forward(PRECISION_FLOAT32, out, x, w, b, n, D, M);
}

void temporal_affine_backward(real *dx, real *dw, real *db, const real *dout, const real *x, const real *w, int n,
                              int D, int M)
{
    affine_backward(PRECISION_FLOAT32, 1, dx, dw, db, dout, x, w, n, D, M);
}

/* --- temporal softmax loss --- */

double temporal_softmax_loss(real *scores, const int32_t *y, const unsigned char *mask, double *row_loss,
                             int32_t *target, int N, int n, int V)
{
    double sum = 0;
    int rows = tile_rows(n, MOST_ROWS);
    for (int i = 0; i < n; i++)
        target[i] = mask[i] ? y[i] : -1;
#pragma omp parallel for schedule(dynamic)
    for (int i = 0; i < n; i += rows)
        softmax_loss_rows(n - i < rows ? n - i : rows, V, rows_of(scores + (size_t)i * (size_t)V, (size_t)V),
                          target + i, 0, (real)1 / (real)N, 1, row_loss + i);
    for (int i = 0; i < n; i++)
        sum += row_loss[i];
    return sum / N;
}
