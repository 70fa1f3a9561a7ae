#include "model/cell/sequence.h"

#include "model/affine.h"
#include "model/cell/step.h"

enum { MOST_ROWS = 128 }; /* rows of a tile */

static int GH(const Sequence *s)
{
    return s->cell->gates * s->H;
}

/* Rows i, i+1, ... of an (N,T,width) array at step t; none if there is no array. */
static Rows at_step(const real *m, int T, int width, int t, int i)
{
    return rows_at(rows_of(m ? m + (size_t)t * (size_t)width : NULL, (size_t)T * (size_t)width), i);
}

/* The state before step t, from row i on. */
static Rows before(const Sequence *s, const real *states, const real *first, int width, int t, int i)
{
    return t ? at_step(states, s->T, width, t - 1, i) : rows_at(rows_of(first, (size_t)width), i);
}

/* Forward's share of a step of rows i .. i+n-1. */
static CellStep step_at(const Sequence *s, int n, int t, int i)
{
    int carried = s->cell->carried * s->H;
    return (CellStep){
        .n = n,
        .a = at_step(s->a, s->T, GH(s), t, i),
        .ah = at_step(s->ah, s->T, GH(s), t, i),
        .prev_h = before(s, s->h, s->h0, s->H, t, i),
        .prev_c = before(s, s->c, s->c0, carried, t, i),
        .next_h = at_step(s->h, s->T, s->H, t, i),
        .next_c = at_step(s->c, s->T, carried, t, i),
    };
}

static Recurrence recurrence(const Sequence *s)
{
    return (Recurrence){.cell = s->cell, .H = s->H, .own = s->own, .plain = s->Wh};
}

void sequence_forward(const Sequence *s)
{
    int rows = tile_rows(s->N, MOST_ROWS);
    const Recurrence r = recurrence(s);
    affine_forward(PRECISION_FLOAT32, s->a, s->x, s->Wx, s->b, s->N * s->T, s->D, GH(s));
#pragma omp parallel for schedule(static)
    for (int i = 0; i < s->N; i += rows)
        for (int t = 0; t < s->T; t++) {
            CellStep step = step_at(s, s->N - i < rows ? s->N - i : rows, t, i);
            step_forward(&r, (StepInput){.table = step.a}, &step, NULL);
        }
}

/* dWh += Σ_t h_{t-1}ᵀ·dah_t, in tiles of rows of Wh. */
static void add_recurrent_gradient(const Sequence *s, const real *dah, real *dWh)
{
    int rows = tile_rows(s->H, MOST_ROWS), gh = GH(s);
#pragma omp parallel for schedule(static)
    for (int i = 0; i < s->H; i += rows) {
        int k = s->H - i < rows ? s->H - i : rows;
        for (int t = 0; t < s->T; t++) {
            Rows prev = before(s, s->h, s->h0, s->H, t, 0), d = at_step(dah, s->T, gh, t, 0);
            gemm(TRANSPOSED, PLAIN, k, gh, s->N, prev.at + i, prev.ld, d.at, d.ld, 1, dWh + (size_t)i * (size_t)gh,
                 (size_t)gh);
        }
    }
}

void sequence_backward(const Sequence *s, const SequenceGrads *g)
{
    int rows = tile_rows(s->N, MOST_ROWS), gh = GH(s);
    const Recurrence r = recurrence(s);
    const real *dah = s->cell->separate ? g->dah : g->da;
#pragma omp parallel for schedule(static)
    for (int i = 0; i < s->N; i += rows)
        for (int t = s->T - 1; t >= 0; t--) {
            CellStep step = step_at(s, s->N - i < rows ? s->N - i : rows, t, i);
            step.da = at_step(g->da, s->T, gh, t, i);
            step.dah = at_step(g->dah, s->T, gh, t, i);
            step.dnext_h = at_step(g->dh, s->T, s->H, t, i);
            step.dprev_h = before(s, g->dh, g->dh0, s->H, t, i);
            step.dc = rows_at(rows_of(g->dc, (size_t)(s->cell->carried * s->H)), i);
            step_backward(&r, &step, NULL);
        }
    add_recurrent_gradient(s, dah, g->dWh);
    affine_backward(PRECISION_FLOAT32, true, g->dx, g->dWx, g->db, g->da, s->x, s->Wx, s->N * s->T, s->D, gh);
    if (s->cell->own_gradients)
        s->cell->own_gradients(true, s->N * s->T, s->H, g->da, dah, g->down);
}
