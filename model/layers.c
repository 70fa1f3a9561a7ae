/* x ──► a = x·Wx + b ──► per tile of rows, through all time steps: cell_forward ──► h
 *
 * and backward, read upward: dh ──► per tile of rows, from the last step: cell_backward, dh of the step
 * before += da·Whᵀ ──► whole-sequence products for dx, dWx, dWh, db. */
#include "model/layers.h"

#include "model/affine.h"
#include "model/kernels.h"

#include <string.h>

enum {
    MOST_ROWS = 128, /* rows of a tile */
    COLUMNS = 64     /* columns of a tile, where threads own columns */
};

static const Gemm float32 = {PRECISION_FLOAT32, NULL};

/* A step of (N,T,width): all rows at time t. NULL, the rnn's c, stays NULL. */
static Rows at_step(const real *m, int T, int width, int t)
{
    return rows_of(m ? m + (size_t)t * (size_t)width : NULL, (size_t)T * (size_t)width);
}

/* The same rows, from row i on. */
static Rows from_row(Rows m, int i)
{
    return rows_of(m.at ? m.at + (size_t)i * m.ld : NULL, m.ld);
}

/* What a recurrence of either cell works on, in (N,T,.) layout. */
typedef struct {
    Cell cell;
    int N, T, D, H, GH;
    real *h, *c, *gates; /* the rnn: gates is h, c is NULL */
    const real *x, *h0, *c0;
    const real *Wx, *Wh, *b;
} Recurrence;

/* The state before step t, from row i on. */
static Rows before(const Recurrence *r, const real *states, const real *first, int t, int i)
{
    return from_row(t ? at_step(states, r->T, r->H, t - 1) : rows_of(first, (size_t)r->H), i);
}

static void recurrence_forward(const Recurrence *r)
{
    int rows = tile_rows(r->N, MOST_ROWS);
    affine_forward(float32, r->gates, r->x, r->Wx, r->b, r->N * r->T, r->D, r->GH);
#pragma omp parallel for schedule(static)
    for (int i = 0; i < r->N; i += rows) {
        int k = r->N - i < rows ? r->N - i : rows;
        for (int t = 0; t < r->T; t++) {
            Rows a = from_row(at_step(r->gates, r->T, r->GH, t), i), h = before(r, r->h, r->h0, t, i);
            gemm(PLAIN, PLAIN, k, r->GH, r->H, h.at, h.ld, r->Wh, (size_t)r->GH, 1, a.at, a.ld);
            cell_forward(r->cell, k, r->H, a, before(r, r->c, r->c0, t, i),
                         from_row(at_step(r->h, r->T, r->H, t), i), from_row(at_step(r->c, r->T, r->H, t), i));
        }
    }
}

/* dWh += Σ_t h_{t-1}ᵀ·da_t, in tiles of rows of Wh. */
static void add_recurrent_gradient(const Recurrence *r, const real *da, real *dWh)
{
    int rows = tile_rows(r->H, MOST_ROWS);
#pragma omp parallel for schedule(static)
    for (int i = 0; i < r->H; i += rows) {
        int k = r->H - i < rows ? r->H - i : rows;
        for (int t = 0; t < r->T; t++) {
            Rows prev = before(r, r->h, r->h0, t, 0), d = at_step(da, r->T, r->GH, t);
            gemm(TRANSPOSED, PLAIN, k, r->GH, r->N, prev.at + i, prev.ld, d.at, d.ld, 1,
                 dWh + (size_t)i * (size_t)r->GH, (size_t)r->GH);
        }
    }
}

static void recurrence_backward(const Recurrence *r, real *dx, real *dh0, real *dWx, real *dWh, real *db, real *da,
                                real *dc, real *dh)
{
    size_t H = (size_t)r->H, GH = (size_t)r->GH;
    int rows = tile_rows(r->N, MOST_ROWS);
#pragma omp parallel for schedule(static)
    for (int i = 0; i < r->N; i += rows) {
        int k = r->N - i < rows ? r->N - i : rows;
        for (int t = r->T - 1; t >= 0; t--) {
            Rows d = from_row(at_step(da, r->T, r->GH, t), i);
            cell_backward(r->cell, k, r->H, d, from_row(at_step(r->gates, r->T, r->GH, t), i),
                          from_row(at_step(r->h, r->T, r->H, t), i), before(r, r->c, r->c0, t, i),
                          from_row(at_step(r->c, r->T, r->H, t), i), from_row(at_step(dh, r->T, r->H, t), i),
                          from_row(rows_of(dc, H), i));
            Rows dprev = before(r, dh, dh0, t, i);
            gemm(PLAIN, TRANSPOSED, k, r->H, r->GH, d.at, d.ld, r->Wh, GH, 1, dprev.at, dprev.ld);
        }
    }
    add_recurrent_gradient(r, da, dWh);
    affine_backward(float32, 1, dx, dWx, db, da, r->x, r->Wx, r->N * r->T, r->D, r->GH);
}

/* --- the cells as sequences, and a step as a sequence of one --- */

void rnn_forward(real *h, const real *x, const real *h0, const real *Wx, const real *Wh, const real *b, int N,
                 int T, int D, int H)
{
    recurrence_forward(&(Recurrence){.cell = CELL_RNN,
                                     .N = N,
                                     .T = T,
                                     .D = D,
                                     .H = H,
                                     .GH = H,
                                     .h = h,
                                     .gates = h,
                                     .x = x,
                                     .h0 = h0,
                                     .Wx = Wx,
                                     .Wh = Wh,
                                     .b = b});
}

void rnn_backward(real *dx, real *dh0, real *dWx, real *dWh, real *db, real *da, real *dh, const real *h,
                  const real *x, const real *h0, const real *Wx, const real *Wh, int N, int T, int D, int H)
{
    Recurrence r = {.cell = CELL_RNN,
                    .N = N,
                    .T = T,
                    .D = D,
                    .H = H,
                    .GH = H,
                    .h = (real *)h,
                    .gates = (real *)h,
                    .x = x,
                    .h0 = h0,
                    .Wx = Wx,
                    .Wh = Wh};
    recurrence_backward(&r, dx, dh0, dWx, dWh, db, da, NULL, dh);
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
    recurrence_forward(&(Recurrence){.cell = CELL_LSTM,
                                     .N = N,
                                     .T = T,
                                     .D = D,
                                     .H = H,
                                     .GH = 4 * H,
                                     .h = h,
                                     .c = c,
                                     .gates = gates,
                                     .x = x,
                                     .h0 = h0,
                                     .c0 = zero,
                                     .Wx = Wx,
                                     .Wh = Wh,
                                     .b = b});
}

static Recurrence lstm_done(const real *h, const real *c, const real *gates, const real *x, const real *h0,
                            const real *c0, const real *Wx, const real *Wh, int N, int T, int D, int H)
{
    return (Recurrence){.cell = CELL_LSTM,
                        .N = N,
                        .T = T,
                        .D = D,
                        .H = H,
                        .GH = 4 * H,
                        .h = (real *)h,
                        .c = (real *)c,
                        .gates = (real *)gates,
                        .x = x,
                        .h0 = h0,
                        .c0 = c0,
                        .Wx = Wx,
                        .Wh = Wh};
}

void lstm_backward(real *dx, real *dh0, real *dWx, real *dWh, real *db, real *da, real *dc, real *dh, const real *h,
                   const real *c, const real *gates, const real *x, const real *h0, const real *zero,
                   const real *Wx, const real *Wh, int N, int T, int D, int H)
{
    Recurrence r = lstm_done(h, c, gates, x, h0, zero, Wx, Wh, N, T, D, H);
    memset(dc, 0, (size_t)N * (size_t)H * sizeof *dc);
    recurrence_backward(&r, dx, dh0, dWx, dWh, db, da, dc, dh);
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
    Recurrence r = lstm_done(NULL, next_c, gates, x, prev_h, prev_c, Wx, Wh, N, 1, D, H);
    recurrence_backward(&r, dx, dprev_h, dWx, dWh, db, da, dprev_c, (real *)dnext_h);
}

/* --- word embedding --- */

void word_embedding_forward(real *out, const int32_t *x, const real *W, int n, int D)
{
    int rows = tile_rows(n, MOST_ROWS);
#pragma omp parallel for schedule(static)
    for (int i = 0; i < n; i += rows)
        gather_rows(n - i < rows ? n - i : rows, D, rows_of(out + (size_t)i * (size_t)D, (size_t)D), W, x + i);
}

void word_embedding_backward(real *dW, const real *dout, const int32_t *x, int n, int D)
{
    /* Each thread owns columns, and every column adds its rows in their order. */
#pragma omp parallel for schedule(static)
    for (int j = 0; j < D; j += COLUMNS) {
        int k = D - j < COLUMNS ? D - j : COLUMNS;
        for (int i = 0; i < n; i++)
            add_rows(1, k, rows_of(dW + (size_t)x[i] * (size_t)D + j, 0),
                     rows_of(dout + (size_t)i * (size_t)D + j, 0));
    }
}

/* --- temporal affine --- */

void temporal_affine_forward(real *out, const real *x, const real *w, const real *b, int n, int D, int M)
{
    affine_forward(float32, out, x, w, b, n, D, M);
}

void temporal_affine_backward(real *dx, real *dw, real *db, const real *dout, const real *x, const real *w, int n,
                              int D, int M)
{
    affine_backward(float32, 1, dx, dw, db, dout, x, w, n, D, M);
}

/* --- temporal softmax loss --- */

double temporal_softmax_loss(real *scores, const int32_t *y, const unsigned char *mask, double *row_loss,
                             int32_t *target, int N, int n, int V)
{
    double sum = 0;
    int rows = tile_rows(n, MOST_ROWS);
    for (int i = 0; i < n; i++)
        target[i] = mask[i] ? y[i] : -1;
#pragma omp parallel for schedule(static)
    for (int i = 0; i < n; i += rows)
        softmax_loss_rows(n - i < rows ? n - i : rows, V, rows_of(scores + (size_t)i * (size_t)V, (size_t)V),
                          target + i, (real)1 / (real)N, 1, row_loss + i);
    for (int i = 0; i < n; i++)
        sum += row_loss[i];
    return sum / N;
}
