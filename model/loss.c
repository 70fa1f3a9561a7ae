/* features ─affine─► h0 ─┐                  ┌─► scores ─► loss      (per tile of positions)
 * words ─► E = W_embed·Wx + b ─► a ─► cell ─► h                      (per tile of rows, all steps)
 *           v·W_inject, if injected ┘
 *
 * plan.h says what tiles and positions are. */
#include "model/loss.h"

#include "model/affine.h"
#include "model/attention/attend.h"
#include "model/base/memory.h"
#include "model/cell/step.h"
#include "model/dropout.h"
#include "model/inject.h"
#include "model/layers.h"
#include "model/plan.h"

#include <stdlib.h>
#include <string.h>

struct LossWork {
    ModelShape shape;
    int GH, CH; /* widths of the gates and of what is carried besides h */
    LossOptions options;
    Blocks blocks;

    Plan plan;       /* of the current minibatch */
    int first;       /* of a part of a minibatch: the number of its first row */
    int of;          /* the rows that its loss is a mean over */
    Dropout dropout; /* of this minibatch: rate 0 in validation */

    /* Activations and their gradients, (.., width). */
    real *features;   /* (N,D) in tile order */
    real *h0;         /* (N,H) */
    Inject inject;    /* of a model that injects features; without it its arrays and these are missing: */
    real *whole;      /* (N,D): the features, none dropped */
    real *injected;   /* (N,GH): v·W_inject, later its gradient */
    real *dv;         /* (N,H) */
    real *x, *e;      /* (U,W) word vectors; (U,GH) E, later its gradient */
    real *a, *ah;     /* (P,GH): what the cell keeps (cell.h); a may be h, ah may be missing */
    real *prev_h, *h; /* (P,H) */
    real *dropped;    /* (P,H): h as the scores see it with dropout */
    real *out;        /* dropped or h */
    real *c, *c0;     /* (P,CH), (N,CH): zeros, before the first step; missing if nothing is carried */
    real *scores;     /* (chunk,V) */
    double *row_loss; /* (P) */
    real *dh, *dh0;   /* (P,H), (N,H) */
    real *da, *dah;   /* (P,GH): da may be dh, dah may be da */
    real *dc;         /* (N,CH) */
    real *dx;         /* (U,W) */
    int chunk;        /* positions whose scores are in memory at once */

    /* The weights of the loops, packed for each minibatch. WhT is needed after Wh and reuses its memory. */
    Panels Wh, WhT, W_vocab, W_vocabT;
    Recurrence recurrence;
    Attend *attend; /* NULL: no attention */
    Precision how;  /* of all products but that of attend_words */
};

enum {
    MOST_POSITIONS = 64,    /* positions of a scores tile: its scores stay in a core's cache */
    CHUNK_NUMBERS = 1 << 21 /* scores in memory at once */
};

static int least(int a, int b)
{
    return a < b ? a : b;
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* --- memory --- */

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

static void alloc_weights(LossWork *w)
{
    int H = w->shape.H, V = w->shape.V, GH = w->GH;
    Precision precision = w->how;
    size_t recurrent = larger(panels_bytes(precision, H, GH), panels_bytes(precision, GH, H));
    w->Wh = (Panels){precision, H, GH, blocks_room(&w->blocks, recurrent, 1)};
    w->WhT = (Panels){precision, GH, H, w->Wh.at};
    w->W_vocab = (Panels){precision, H, V, blocks_room(&w->blocks, panels_bytes(precision, H, V), 1)};
    w->W_vocabT = (Panels){precision, V, H, blocks_room(&w->blocks, panels_bytes(precision, V, H), 1)};
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

/* --- forward --- */

/* Attention's share of the step that begins at a position, for a tile's rows from the first on. */
static AttendStep look_at(const LossWork *w, int tile, int position, int n)
{
    int place = w->plan.tile_at[tile];
    return w->attend ? attend_step(w->attend, position, w->plan.image + place, n, place, w->plan.number + position)
                     : (AttendStep){.n = 0};
}

/* Step t of a tile. Its rows are the first ones of step t-1: shorter captions have ended. */
static CellStep step_at(const LossWork *w, int tile, int t)
{
    const int *first = plan_first(&w->plan, tile);
    int H = w->shape.H, at = first[t], before = t ? first[t - 1] : 0, place = w->plan.tile_at[tile];
    return (CellStep){
        .n = first[t + 1] - at,
        .a = dense_rows(w->a, w->GH, at),
        .ah = dense_rows(w->ah, w->GH, at),
        .prev_h = dense_rows(w->prev_h, H, at),
        .prev_c = t ? dense_rows(w->c, w->CH, before) : dense_rows(w->c0, w->CH, place),
        .next_h = dense_rows(w->h, H, at),
        .next_c = dense_rows(w->c, w->CH, at),
        .dnext_h = dense_rows(w->dh, H, at),
        .dprev_h = t ? dense_rows(w->dh, H, before) : dense_rows(w->dh0, H, place),
        .dc = dense_rows(w->dc, w->CH, place),
        .da = dense_rows(w->da, w->GH, at),
        .dah = dense_rows(w->dah, w->GH, at),
    };
}

/* One tile through all its steps. Each state is written to h and copied to prev_h of the next step, so that the
 * weight gradient of Wh is one product. */
static void tile_forward(const LossWork *w, int tile)
{
    size_t H = (size_t)w->shape.H;
    const int *first = plan_first(&w->plan, tile);
    for (int t = 0; t < w->plan.T; t++) {
        CellStep step = step_at(w, tile, t);
        const real *prev = t ? w->h + (size_t)first[t - 1] * H : w->h0 + (size_t)w->plan.tile_at[tile] * H;
        if (step.n == 0)
            return;
        memcpy(step.prev_h.at, prev, (size_t)step.n * H * sizeof(real));
        AttendStep look = look_at(w, tile, first[t], step.n);
        StepInput in = {.table = dense_rows(w->e, w->GH, 0),
                        .pick = w->plan.slot + first[t],
                        .injected = dense_rows(w->injected, w->GH, w->plan.tile_at[tile])};
        step_forward(&w->recurrence, in, &step, &look);
    }
}

static void attend(LossWork *w, const Params *p, const LossBatch *batch)
{
    attend_dropout(w->attend, &w->dropout);
    attend_pack(w->attend, p);
    attend_images(w->attend, p, batch->grid, batch->images);
    attend_words(w->attend, p, w->x, w->plan.U);
}

/* Before features are dropped. */
static void inject(LossWork *w, const Params *p)
{
    Inject *in = &w->inject;
    memcpy(w->whole, w->features, (size_t)w->plan.N * (size_t)w->shape.D * sizeof(real));
    in->precision = w->how;
    in->dropout = w->dropout;
    in->row = w->plan.row;
    in->features = w->whole;
    in->n = w->plan.N;
    inject_forward(in, p, w->injected);
}

static void forward(LossWork *w, const Params *p, const LossBatch *batch)
{
    const real *features = batch->features;
    int D = w->shape.D, W = w->shape.W, H = w->shape.H;
    for (int i = 0; i < w->plan.N; i++)
        memcpy(w->features + (size_t)i * (size_t)D, features + (size_t)w->plan.order[i] * (size_t)D,
               (size_t)D * sizeof(real));
    if (w->injected)
        inject(w, p);
    dropout_parallel(&w->dropout, DROP_FEATURES, w->plan.row, w->plan.N, D, dense_rows(w->features, D, 0));
    affine_forward(w->how, w->h0, w->features, param(p, W_PROJ), param(p, B_PROJ), w->plan.N, D, H);
    word_embedding_forward(w->x, w->plan.word, param(p, W_EMBED), w->plan.U, W);
    dropout_parallel(&w->dropout, DROP_INPUT, w->plan.number, w->plan.U, W, dense_rows(w->x, W, 0));
    affine_forward(w->how, w->e, w->x, param(p, WX), param(p, B), w->plan.U, W, w->GH);
    panels_fill(&w->Wh, PLAIN, param(p, WH), (size_t)w->GH);
    w->recurrence.own = cell_params(p);
    if (w->attend)
        attend(w, p, batch);
#pragma omp parallel for schedule(dynamic)
    for (int k = 0; k < w->plan.tiles; k++)
        tile_forward(w, k);
}

/* --- the output layer --- */

/* The row of a position. */
static int row_of_position(const LossWork *w, int position)
{
    return w->plan.number[position] / w->plan.T - w->first;
}

/* Multiplies the losses of n positions, and the gradients of their scores if there are any, by their rows' weights. */
static void weigh_rows(const LossWork *w, const real *weight, int position, int n, Rows dscores)
{
    for (int i = 0; i < n; i++) {
        real by = weight[row_of_position(w, position + i)];
        w->row_loss[position + i] *= (double)by;
        if (dscores.at)
            scale_rows(1, w->shape.V, by, rows_at(dscores, i));
    }
}

/* Scores, losses and dh of the positions, one chunk at a time: the scores' gradient stays in memory until the
 * chunk's share of dW_vocab has been added. */
static void output_layer(LossWork *w, const Params *p, const real *weight, Params *grads)
{
    int H = w->shape.H, V = w->shape.V;
    size_t h_ld = (size_t)H, v_ld = (size_t)V;
    const real scale = (real)1 / (real)w->of;
    const double smoothing = grads ? w->options.label_smoothing : 0;
    panels_fill(&w->W_vocab, PLAIN, param(p, W_VOCAB), v_ld);
    if (grads)
        panels_fill(&w->W_vocabT, TRANSPOSED, param(p, W_VOCAB), v_ld);
    for (int from = 0; from == 0 || from < w->plan.P; from += w->chunk) { /* one even if no word is due */
        int n = least(w->chunk, w->plan.P - from), rows = tile_rows(n, MOST_POSITIONS);
#pragma omp parallel for schedule(dynamic)
        for (int i = 0; i < n; i += rows) {
            int k = least(rows, n - i), at = from + i;
            real *s = w->scores + (size_t)i * v_ld;
            Rows out = dense_rows(w->out, H, at), dh = dense_rows(w->dh, H, at);
            dropout_rows(&w->dropout, DROP_OUTPUT, w->plan.number + at, k, H, dense_rows(w->h, H, at), out);
            gemm_panels(k, out.at, h_ld, &w->W_vocab, param(p, B_VOCAB), 0, s, v_ld);
            softmax_loss_rows(k, V, rows_of(s, v_ld), w->plan.target + at, smoothing, scale, grads != NULL,
                              w->row_loss + at);
            if (weight)
                weigh_rows(w, weight, at, k, grads ? rows_of(s, v_ld) : rows_of(NULL, 0));
            if (grads)
                gemm_panels(k, s, v_ld, &w->W_vocabT, NULL, 0, dh.at, h_ld);
            dropout_rows(&w->dropout, DROP_OUTPUT, w->plan.number + at, k, H, dh, dh);
        }
        if (grads)
            affine_backward(w->how, from > 0, NULL, param(grads, W_VOCAB), param(grads, B_VOCAB), w->scores,
                            w->out + (size_t)from * h_ld, NULL, n, H, V);
    }
}

/* --- backward --- */

static void tile_backward(const LossWork *w, int tile)
{
    int place = w->plan.tile_at[tile], n = w->plan.tile_at[tile + 1] - place;
    Rows injected = dense_rows(w->injected, w->GH, place);
    fill_rows(n, w->shape.H, dense_rows(w->dh0, w->shape.H, place), NULL);
    if (w->injected)
        fill_rows(n, w->GH, injected, NULL);
    if (w->CH)
        fill_rows(n, w->CH, dense_rows(w->dc, w->CH, place), NULL);
    if (w->attend)
        attend_begin_backward(w->attend, place, n);
    for (int t = w->plan.T - 1; t >= 0; t--) {
        CellStep step = step_at(w, tile, t);
        AttendStep look = look_at(w, tile, plan_first(&w->plan, tile)[t], step.n);
        if (step.n)
            step_backward(&w->recurrence, &step, &look);
        if (w->injected)
            add_rows(step.n, w->GH, injected, step.da);
    }
}

static void backward(LossWork *w, const Params *p, Params *g)
{
    int D = w->shape.D, W = w->shape.W, H = w->shape.H, GH = w->GH;
    size_t gh = (size_t)GH;
    panels_fill(&w->WhT, TRANSPOSED, param(p, WH), gh);
#pragma omp parallel for schedule(dynamic)
    for (int k = 0; k < w->plan.tiles; k++)
        tile_backward(w, k);
    gemm_parallel(w->how, TRANSPOSED, PLAIN, H, GH, w->plan.P, w->prev_h, (size_t)H, w->dah, gh, 0, param(g, WH),
                  gh);
    if (w->shape.cell->own_gradients)
        w->shape.cell->own_gradients(false, w->plan.P, H, w->da, w->dah, cell_params(g));
    memset(w->e, 0, (size_t)w->plan.U * gh * sizeof(real));
    word_embedding_backward(w->e, w->da, w->plan.slot, w->plan.P, GH);
    affine_backward(w->how, false, w->dx, param(g, WX), param(g, B), w->e, w->x, param(p, WX), w->plan.U, W, GH);
    if (w->attend)
        attend_gradients(w->attend, p, &w->plan, (AttendInputs){w->prev_h, w->da, w->x, w->dx}, g);
    dropout_parallel(&w->dropout, DROP_INPUT, w->plan.number, w->plan.U, W, dense_rows(w->dx, W, 0));
    memset(param(g, W_EMBED), 0, g->tensor[W_EMBED].size * sizeof(real));
    word_embedding_backward(param(g, W_EMBED), w->dx, w->plan.word, w->plan.U, W);
    affine_backward(w->how, false, NULL, param(g, W_PROJ), param(g, B_PROJ), w->dh0, w->features, NULL, w->plan.N,
                    D, H);
    if (w->injected)
        inject_backward(&w->inject, p, w->injected, w->dv, g);
}

double captioner_loss(const Params *params, LossWork *w, const LossBatch *batch, Params *grads)
{
    double sum = 0;
    w->dropout =
        (Dropout){batch->mode == LOSS_TRAINING ? w->options.dropout : 0, w->options.seed, batch->iteration};
    w->out = w->dropout.rate > 0 ? w->dropped : w->h;
    w->first = batch->first;
    w->of = batch->of ? batch->of : batch->N;
    plan_make(&w->plan, &(PlanRows){.N = batch->N,
                                    .T = batch->T,
                                    .captions = batch->captions,
                                    .inputs = batch->inputs,
                                    .image = batch->image,
                                    .first = batch->first,
                                    .drawn = batch->drawn,
                                    .distinct = w->dropout.rate > 0});
    forward(w, params, batch);
    output_layer(w, params, batch->weight, batch->mode == LOSS_TRAINING ? grads : NULL);
    if (batch->mode == LOSS_TRAINING)
        backward(w, params, grads);
    for (int i = 0; i < w->plan.P; i++)
        sum += w->row_loss[i];
    return sum / w->of;
}

void loss_of_rows(const LossWork *w, double *row)
{
    memset(row, 0, (size_t)w->plan.N * sizeof *row);
    for (int i = 0; i < w->plan.P; i++)
        row[row_of_position(w, i)] += w->row_loss[i];
}
