#include "model/loss_work.h"

#include "model/base/memory.h"

#include <stdlib.h>

enum { CHUNK_NUMBERS = 1 << 21 }; /* scores in memory at once, of a tile at least */

static real *reals(LossWork *w, size_t rows, int width)
{
    return blocks_room(&w->blocks, rows * (size_t)width, sizeof(real));
}

static void alloc_activations(LossWork *w, size_t n, size_t T, size_t U)
{
    const Cell *cell = w->shape.cell;
    size_t P = n * T;
    int H = w->shape.H;
    w->features = reals(w, n, w->shape.D);
    w->h0 = reals(w, n, H);
    w->dh0 = reals(w, n, H);
    if (w->shape.inject) {
        w->whole = reals(w, n, w->shape.D);
        w->injected = reals(w, n, w->GH);
        w->inject.v = reals(w, n, H);
        w->dv = reals(w, n, H);
    }
    w->x = reals(w, U, w->shape.W);
    w->dx = reals(w, U, w->shape.W);
    w->e = reals(w, U, w->GH);
    w->prev_h = reals(w, P, H);
    w->h = reals(w, P, H);
    w->dropped = w->options.dropout > 0 ? reals(w, P, H) : NULL;
    w->dh = reals(w, P, H);
    w->scores = reals(w, (size_t)w->chunk, w->shape.V);
    w->a = cell->in_place ? w->h : reals(w, P, w->GH);
    w->da = cell->in_place ? w->dh : reals(w, P, w->GH);
    w->ah = cell->separate ? reals(w, P, w->GH) : NULL;
    w->dah = cell->separate ? reals(w, P, w->GH) : w->da;
    if (w->CH) {
        w->c = reals(w, P, w->CH);
        w->dc = reals(w, n, w->CH);
        w->c0 = blocks_alloc(&w->blocks, n * (size_t)w->CH, sizeof(real));
    }
}

static void alloc_attention(LossWork *w, size_t n, size_t P, size_t U, int places)
{
    const AttendSizes sizes = {(int)n, places, (int)n, (int)P, (int)U, true, w->how};
    if (!w->shape.attention)
        return;
    w->attend = attend_new(&w->shape, &sizes);
    w->blocks.failed |= !w->attend;
}

static Panels panels(LossWork *w, int k, int n)
{
    return (Panels){w->how, k, n, blocks_room(&w->blocks, panels_bytes(w->how, k, n), 1)};
}

static void alloc_weights(LossWork *w)
{
    int H = w->shape.H, V = w->shape.V, GH = w->GH;
    w->Wh = panels(w, H, GH);
    w->WhT = panels(w, GH, H);
    w->W_vocab = panels(w, H, V);
    w->W_vocabT = panels(w, V, H);
    w->recurrence = (Recurrence){.cell = w->shape.cell, .H = H, .Wh = &w->Wh, .WhT = &w->WhT, .attend = w->attend};
}

LossWork *loss_work_new(const ModelShape *s, int N, int T, const LossOptions *o)
{
    LossWork *w = calloc(1, sizeof *w);
    if (!w)
        return NULL;
    size_t P = (size_t)N * (size_t)T, U = P < (size_t)s->V || o->dropout > 0 ? P : (size_t)s->V;
    w->shape = *s;
    w->options = *o;
    w->how = o->precision;
    w->GH = s->cell->gates * s->H;
    w->CH = s->cell->carried * s->H;
    w->chunk = CHUNK_NUMBERS / s->V;
    if (w->chunk < MOST_POSITIONS)
        w->chunk = MOST_POSITIONS;
    if ((size_t)w->chunk > P)
        w->chunk = (int)P;
    plan_alloc(&w->plan, &w->blocks, N, T, U, s->V);
    w->row_loss = blocks_room(&w->blocks, P, sizeof *w->row_loss);
    alloc_activations(w, (size_t)N, (size_t)T, U);
    alloc_attention(w, (size_t)N, P, U, o->places);
    alloc_weights(w);
    if (w->blocks.failed) {
        loss_work_free(w);
        return NULL;
    }
    return w;
}

void loss_work_free(LossWork *w)
{
    if (!w)
        return;
    attend_free(w->attend);
    blocks_free(&w->blocks);
    free(w);
}
