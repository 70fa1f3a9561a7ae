/* The layers of the course (cs231n, rnn_layers.py), forward and backward, under the course's names and in its (N, T, .)
 * layout. For tests only: training's loss is loss.c, and the tests hold it against these, which are made of the kernels
 * that training runs.
 *
 * Outputs come first, inputs next, sizes last. Forward functions overwrite their outputs; backward
 * functions *add* to the gradients dW, db, dx (zero them first) and mirror forward with a d prefix. What
 * the course keeps in a "cache" is the arguments themselves and the buffers named here. Nothing is
 * allocated. Main thread; parallel inside.
 *
 * N rows, T time steps, D inputs, H hidden units, V words, M outputs, G gates (rnn 1, lstm 4). */
#ifndef COCO_MODEL_LAYERS_H
#define COCO_MODEL_LAYERS_H

#include "model/base/real.h"

#include <stddef.h>
#include <stdint.h>

/* next_h (N,H) = tanh(x (N,D)·Wx (D,H) + prev_h (N,H)·Wh (H,H) + b (H)) */
void rnn_step_forward(real *next_h, const real *x, const real *prev_h, const real *Wx, const real *Wh,
                      const real *b, int N, int D, int H);
/* da (N,H) is scratch; it leaves as the gradient before the tanh. */
void rnn_step_backward(real *dx, real *dprev_h, real *dWx, real *dWh, real *db, real *da, const real *dnext_h,
                       const real *next_h, const real *x, const real *prev_h, const real *Wx, const real *Wh, int N,
                       int D, int H);

/* h (N,T,H) from x (N,T,D) and h0 (N,H). */
void rnn_forward(real *h, const real *x, const real *h0, const real *Wx, const real *Wh, const real *b, int N,
                 int T, int D, int H);
/* dh (N,T,H) enters as the gradient of h from above and leaves with that from later steps added; da
 * (N,T,H) is scratch. */
void rnn_backward(real *dx, real *dh0, real *dWx, real *dWh, real *db, real *da, real *dh, const real *h,
                  const real *x, const real *h0, const real *Wx, const real *Wh, int N, int T, int D, int H);

/* gates (N,4H), i f o g after their nonlinearities, is what backward also needs. */
void lstm_step_forward(real *next_h, real *next_c, real *gates, const real *x, const real *prev_h,
                       const real *prev_c, const real *Wx, const real *Wh, const real *b, int N, int D, int H);
/* dprev_c (N,H) enters as the gradient of next_c and leaves as that of prev_c; da (N,4H) is scratch. */
void lstm_step_backward(real *dx, real *dprev_h, real *dprev_c, real *dWx, real *dWh, real *db, real *da,
                        const real *dnext_h, const real *next_c, const real *gates, const real *x,
                        const real *prev_h, const real *prev_c, const real *Wx, const real *Wh, int N, int D,
                        int H);

/* h, c (N,T,H), gates (N,T,4H); the initial c is 0: zero (N,H) is a block of zeros. */
void lstm_forward(real *h, real *c, real *gates, const real *x, const real *h0, const real *zero, const real *Wx,
                  const real *Wh, const real *b, int N, int T, int D, int H);
/* dh as in rnn_backward; da (N,T,4H) and dc (N,H) are scratch. */
void lstm_backward(real *dx, real *dh0, real *dWx, real *dWh, real *db, real *da, real *dc, real *dh, const real *h,
                   const real *c, const real *gates, const real *x, const real *h0, const real *zero,
                   const real *Wx, const real *Wh, int N, int T, int D, int H);

/* out (n,D) = W[x]: the rows of W (V,D) that the words x (n) name; n = N·T. */
void word_embedding_forward(real *out, const int32_t *x, const real *W, int n, int D);
/* dW[x] += dout: repeated words add up. */
void word_embedding_backward(real *dW, const real *dout, const int32_t *x, int n, int D);

/* out (n,M) = x (n,D)·w (D,M) + b (M); n = N·T, each time step on its own. */
void temporal_affine_forward(real *out, const real *x, const real *w, const real *b, int n, int D, int M);
/* dx may be NULL. */
void temporal_affine_backward(real *dx, real *dw, real *db, const real *dout, const real *x, const real *w, int n,
                              int D, int M);

/* The loss of scores (n,V), n = N·T, against words y (n), summed where mask (n) is not 0 and divided by
 * N; the scores are replaced by their gradient. row_loss (n) and target (n) are scratch. */
double temporal_softmax_loss(real *scores, const int32_t *y, const unsigned char *mask, double *row_loss,
                             int32_t *target, int N, int n, int V);

#endif
