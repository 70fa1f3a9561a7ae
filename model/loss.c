/* features ─affine─► h0 ─┐                  ┌─► scores ─► loss      (per tile of positions)
 * words ─► E = W_embed·Wx + b ─► a ─► cell ─► h                      (per tile of rows, all steps)
 *
 * A position is one step of one row. Positions are packed: by tile of rows, in it by step, in it by row,
 * longest captions first, so that the rows alive at a step are the first ones of those at the step before:
 *
 *   tile 0: [t=0: r0 r1 r2 r3][t=1: r0 r1 r2][t=2: r0]   tile 1: [t=0: ...
 */
#include "model/loss.h"

#include "model/affine.h"
#include "model/layers.h"

#include <stdlib.h>
#include <string.h>

struct LossWork {
    Shape shape;
    int GH;
    void *owned[32]; /* every block below */
    int n_owned;

    /* The plan of the minibatch at hand. */
    int N, T, P, U; /* rows, steps, positions, distinct words */
    int tiles;
    int *length;      /* (N): steps of a row up to its last due word */
    int *order;       /* (N): the row of the minibatch at each place of the tiles */
    int *tile_at;     /* (tiles+1): the first place of a tile */
    int *first;       /* (tiles, T+1): the first position of a tile's step; the last entry ends it */
    int32_t *slot;    /* (P): which of the distinct words goes in */
    int32_t *target;  /* (P): the word due, -1 where none is */
    int32_t *word;    /* (U): the distinct words */
    int32_t *slot_of; /* (V): a word's slot, -1 where it does not occur */

    /* Activations and their gradients, (.., width). */
    real *features;   /* (N,D) in tile order */
    real *h0;         /* (N,H) */
    real *x, *e;      /* (U,W) word vectors; (U,GH) E, on the way back its gradient */
    real *a;          /* (P,GH): preactivations, then gates; the rnn's is h */
    real *prev_h, *h; /* (P,H) */
    real *c;          /* (P,H), lstm */
    real *zero_c;     /* (N,H): the lstm's c before the first step */
    real *scores;     /* (chunk,V) */
    double *row_loss; /* (P) */
    real *dh, *dh0;   /* (P,H), (N,H) */
    real *da, *dc;    /* (P,GH), (N,H); the rnn's da is dh */
    real *dx;         /* (U,W) */
    int chunk;        /* positions whose scores are in memory at once */

    /* The weights of the loops, laid out anew for each minibatch. WhT, for the way back, takes the memory of
     * Wh. */
    Panels Wh, WhT, W_vocab, W_vocabT;
    Gemm how; /* the other products */
};

enum {
    LEAST_ROWS = 13, /* rows of a recurrence tile, at least: what keeps a core's registers full */
    LEAST_TILES = 8, /* where there are rows enough: for so many threads */
    MOST_ROWS = 128,
    MOST_POSITIONS = 64,    /* positions of a scores tile: its scores stay in a core's cache */
    CHUNK_NUMBERS = 1 << 21 /* scores in memory at once */
};

static int least(int a, int b)
{
    return a < b ? a : b;
}

/* A block of n numbers that loss_work_free frees; sets *failed where there is none. */
static void *own(LossWork *w, size_t n, size_t size, int *failed)
{
    void *p = model_room(n, size);
    if (p)
        w->owned[w->n_owned++] = p;
    else
        *failed = 1;
    return p;
}

static int alloc_plan(LossWork *w, size_t n, size_t T, size_t U)
{
    int failed = 0;
    size_t P = n * T, V = (size_t)w->shape.V;
    w->length = own(w, n, sizeof *w->length, &failed);
    w->order = own(w, n, sizeof *w->order, &failed);
    w->tile_at = own(w, n + 1, sizeof *w->tile_at, &failed);
    w->first = own(w, n * (T + 1), sizeof *w->first, &failed);
    w->slot = own(w, P, sizeof *w->slot, &failed);
    w->target = own(w, P, sizeof *w->target, &failed);
    w->word = own(w, U, sizeof *w->word, &failed);
    w->slot_of = own(w, V, sizeof *w->slot_of, &failed);
    w->row_loss = own(w, P, sizeof *w->row_loss, &failed);
    if (!failed)
        memset(w->slot_of, -1, V * sizeof *w->slot_of);
    return failed;
}

static int alloc_activations(LossWork *w, size_t n, size_t T, size_t U)
{
    int failed = 0, lstm = w->shape.cell == CELL_LSTM;
    size_t P = n * T, D = (size_t)w->shape.D, W = (size_t)w->shape.W, H = (size_t)w->shape.H;
    size_t GH = (size_t)w->GH;
    w->features = own(w, n * D, sizeof(real), &failed);
    w->h0 = own(w, n * H, sizeof(real), &failed);
    w->dh0 = own(w, n * H, sizeof(real), &failed);
    w->x = own(w, U * W, sizeof(real), &failed);
    w->dx = own(w, U * W, sizeof(real), &failed);
    w->e = own(w, U * GH, sizeof(real), &failed);
    w->prev_h = own(w, P * H, sizeof(real), &failed);
    w->h = own(w, P * H, sizeof(real), &failed);
    w->dh = own(w, P * H, sizeof(real), &failed);
    w->da = lstm ? own(w, P * GH, sizeof(real), &failed) : w->dh;
    w->scores = own(w, (size_t)w->chunk * (size_t)w->shape.V, sizeof(real), &failed);
    if (lstm) {
        w->a = own(w, P * GH, sizeof(real), &failed);
        w->c = own(w, P * H, sizeof(real), &failed);
        w->dc = own(w, n * H, sizeof(real), &failed);
        w->zero_c = own(w, n * H, sizeof(real), &failed);
        if (!failed)
            memset(w->zero_c, 0, n * H * sizeof(real));
    }
    return failed;
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static int alloc_weights(LossWork *w, size_t n, size_t P, size_t U)
{
    int H = w->shape.H, V = w->shape.V, GH = w->GH, failed = 0;
    if (w->how.precision == PRECISION_BF16) {
        /* The largest factor: of dW_proj, of dWh and dW_vocab, of de·Wxᵀ. */
        size_t bytes = larger(bf16_scratch(w->shape.D, (int)n), bf16_scratch(H, (int)P));
        w->how.scratch = own(w, larger(bytes, bf16_scratch((int)U, GH)), 1, &failed);
    }
    Precision precision = w->how.precision;
    size_t recurrent = larger(panels_bytes(precision, H, GH), panels_bytes(precision, GH, H));
    w->Wh = (Panels){precision, H, GH, own(w, recurrent, 1, &failed)};
    w->WhT = (Panels){precision, GH, H, w->Wh.at};
    w->W_vocab = (Panels){precision, H, V, own(w, panels_bytes(precision, H, V), 1, &failed)};
    w->W_vocabT = (Panels){precision, V, H, own(w, panels_bytes(precision, V, H), 1, &failed)};
    return failed;
}

LossWork *loss_work_new(const Shape *s, int N, int T, Precision precision)
{
    LossWork *w = calloc(1, sizeof *w);
    if (!w)
        return NULL;
    size_t P = (size_t)N * (size_t)T, U = P < (size_t)s->V ? P : (size_t)s->V;
    w->shape = *s;
    w->how.precision = precision;
    w->GH = cell_gates(s->cell) * s->H;
    w->chunk = CHUNK_NUMBERS / s->V;
    if (w->chunk < MOST_POSITIONS)
        w->chunk = MOST_POSITIONS;
    if ((size_t)w->chunk > P)
        w->chunk = (int)P;
    if (alloc_plan(w, (size_t)N, (size_t)T, U) || alloc_activations(w, (size_t)N, (size_t)T, U) ||
        alloc_weights(w, (size_t)N, P, U)) {
        loss_work_free(w);
        return NULL;
    }
    return w;
}

void loss_work_free(LossWork *w)
{
    if (!w)
        return;
    for (int i = 0; i < w->n_owned; i++)
        free(w->owned[i]);
    free(w);
}

/* --- the plan --- */

/* A function of N alone: the order of the positions, in which the weight gradients add them up, follows from
 * the tiles. */
static int tiles_of(int N)
{
    int rows = (N + LEAST_TILES - 1) / LEAST_TILES;
    rows = rows < LEAST_ROWS ? LEAST_ROWS : least(rows, MOST_ROWS);
    return (N + rows - 1) / rows;
}

/* Rows by falling length, dealt out to the tiles like cards, so that tiles are alike. */
static void plan_tiles(LossWork *w, const int32_t *captions)
{
    int N = w->N, T = w->T, at = 0;
    for (int r = 0; r < N; r++) {
        const int32_t *due = captions + (size_t)r * (size_t)(T + 1) + 1;
        w->length[r] = T;
        while (w->length[r] > 0 && due[w->length[r] - 1] == WORD_NULL)
            w->length[r]--;
    }
    w->tiles = tiles_of(N);
    for (int k = 0; k <= w->tiles; k++) {
        w->tile_at[k] = at;
        at += (N - k + w->tiles - 1) / w->tiles;
    }
    int dealt = 0;
    for (int len = T; len >= 0; len--)
        for (int r = 0; r < N; r++)
            if (w->length[r] == len) {
                w->order[w->tile_at[dealt % w->tiles] + dealt / w->tiles] = r;
                dealt++;
            }
}

static int32_t slot_for(LossWork *w, int32_t word)
{
    if (w->slot_of[word] < 0) {
        w->slot_of[word] = w->U;
        w->word[w->U++] = word;
    }
    return w->slot_of[word];
}

static int *first_of(const LossWork *w, int tile)
{
    return w->first + (size_t)tile * (size_t)(w->T + 1);
}

/* Numbers the positions, and the distinct words in the order of their first. */
static void plan_positions(LossWork *w, const int32_t *captions)
{
    w->P = w->U = 0;
    for (int k = 0; k < w->tiles; k++) {
        int *first = first_of(w, k);
        for (int t = 0; t < w->T; t++) {
            first[t] = w->P;
            for (int i = w->tile_at[k]; i < w->tile_at[k + 1] && w->length[w->order[i]] > t; i++) {
                const int32_t *row = captions + (size_t)w->order[i] * (size_t)(w->T + 1);
                w->slot[w->P] = slot_for(w, row[t]);
                w->target[w->P] = row[t + 1] == WORD_NULL ? -1 : row[t + 1];
                w->P++;
            }
        }
        first[w->T] = w->P;
    }
    for (int u = 0; u < w->U; u++)
        w->slot_of[w->word[u]] = -1;
}

/* --- forward --- */

static Rows positions(const real *m, int width, int p)
{
    return rows_of(m ? m + (size_t)p * (size_t)width : NULL, (size_t)width);
}

/* One tile through all its steps. Each state goes to h, and once more to prev_h of the next step, which
 * makes the weight gradient of Wh one product. */
static void tile_forward(const LossWork *w, int tile)
{
    int H = w->shape.H, lstm = w->shape.cell == CELL_LSTM;
    const int *first = first_of(w, tile);
    for (int t = 0; t < w->T; t++) {
        int at = first[t], n = first[t + 1] - at, before = t ? first[t - 1] : 0;
        const real *prev = t ? w->h + (size_t)before * (size_t)H : w->h0 + (size_t)w->tile_at[tile] * (size_t)H;
        Rows prev_c = t ? positions(w->c, H, before) : positions(w->zero_c, H, w->tile_at[tile]);
        if (n == 0)
            return;
        memcpy(w->prev_h + (size_t)at * (size_t)H, prev, (size_t)n * (size_t)H * sizeof(real));
        Rows a = positions(lstm ? w->a : w->h, w->GH, at);
        gemm_panels(n, w->prev_h + (size_t)at * (size_t)H, (size_t)H, &w->Wh, a.at, a.ld, a.at, a.ld);
        cell_forward(w->shape.cell, n, H, a, prev_c, positions(w->h, H, at), positions(w->c, H, at));
    }
}

static void forward(LossWork *w, const Params *p, const real *features)
{
    int D = w->shape.D, W = w->shape.W, H = w->shape.H;
    for (int i = 0; i < w->N; i++)
        memcpy(w->features + (size_t)i * (size_t)D, features + (size_t)w->order[i] * (size_t)D,
               (size_t)D * sizeof(real));
    affine_forward(w->how, w->h0, w->features, param(p, W_PROJ), param(p, B_PROJ), w->N, D, H);
    word_embedding_forward(w->x, w->word, param(p, W_EMBED), w->U, W);
    affine_forward(w->how, w->e, w->x, param(p, WX), param(p, B), w->U, W, w->GH);
    word_embedding_forward(w->shape.cell == CELL_LSTM ? w->a : w->h, w->slot, w->e, w->P, w->GH);
    panels_fill(&w->Wh, PLAIN, param(p, WH), (size_t)w->GH);
#pragma omp parallel for schedule(dynamic)
    for (int k = 0; k < w->tiles; k++)
        tile_forward(w, k);
}

/* --- the output layer --- */

/* Scores, losses and dh of the positions, a chunk at a time: the scores' gradient stays in memory until
 * the chunk's share of dW_vocab is added. */
static void output_layer(LossWork *w, const Params *p, Params *grads)
{
    int H = w->shape.H, V = w->shape.V;
    size_t h_ld = (size_t)H, v_ld = (size_t)V;
    const real scale = (real)1 / (real)w->N;
    panels_fill(&w->W_vocab, PLAIN, param(p, W_VOCAB), v_ld);
    if (grads)
        panels_fill(&w->W_vocabT, TRANSPOSED, param(p, W_VOCAB), v_ld);
    for (int from = 0; from < w->P; from += w->chunk) {
        int n = least(w->chunk, w->P - from), rows = tile_rows(n, MOST_POSITIONS);
#pragma omp parallel for schedule(dynamic)
        for (int i = 0; i < n; i += rows) {
            int k = least(rows, n - i), at = from + i;
            real *s = w->scores + (size_t)i * v_ld;
            gemm_panels(k, w->h + (size_t)at * h_ld, h_ld, &w->W_vocab, param(p, B_VOCAB), 0, s, v_ld);
            softmax_loss_rows(k, V, rows_of(s, v_ld), w->target + at, scale, grads != NULL, w->row_loss + at);
            if (grads)
                gemm_panels(k, s, v_ld, &w->W_vocabT, NULL, 0, w->dh + (size_t)at * h_ld, h_ld);
        }
        if (grads)
            affine_backward(w->how, from > 0, NULL, param(grads, W_VOCAB), param(grads, B_VOCAB), w->scores,
                            w->h + (size_t)from * h_ld, NULL, n, H, V);
    }
}

/* --- backward --- */

static void tile_backward(const LossWork *w, int tile)
{
    int H = w->shape.H, place = w->tile_at[tile], lstm = w->shape.cell == CELL_LSTM;
    const int *first = first_of(w, tile);
    if (lstm)
        fill_rows(w->tile_at[tile + 1] - place, H, positions(w->dc, H, place), NULL);
    fill_rows(w->tile_at[tile + 1] - place, H, positions(w->dh0, H, place), NULL);
    for (int t = w->T - 1; t >= 0; t--) {
        int at = first[t], n = first[t + 1] - at, before = t ? first[t - 1] : 0;
        Rows prev_c = t ? positions(w->c, H, before) : positions(w->zero_c, H, place);
        Rows dprev = t ? positions(w->dh, H, before) : positions(w->dh0, H, place);
        Rows da = positions(w->da, w->GH, at);
        if (n == 0)
            continue;
        cell_backward(w->shape.cell, n, H, da, positions(lstm ? w->a : w->h, w->GH, at), positions(w->h, H, at),
                      prev_c, positions(w->c, H, at), positions(w->dh, H, at), positions(w->dc, H, place));
        gemm_panels(n, da.at, da.ld, &w->WhT, dprev.at, dprev.ld, dprev.at, dprev.ld);
    }
}

static void backward(LossWork *w, const Params *p, Params *g)
{
    int D = w->shape.D, W = w->shape.W, H = w->shape.H, GH = w->GH;
    size_t gh = (size_t)GH;
    panels_fill(&w->WhT, TRANSPOSED, param(p, WH), gh);
#pragma omp parallel for schedule(dynamic)
    for (int k = 0; k < w->tiles; k++)
        tile_backward(w, k);
    gemm_parallel(w->how, TRANSPOSED, PLAIN, H, GH, w->P, w->prev_h, (size_t)H, w->da, gh, 0, param(g, WH), gh);
    memset(w->e, 0, (size_t)w->U * gh * sizeof(real));
    word_embedding_backward(w->e, w->da, w->slot, w->P, GH);
    affine_backward(w->how, 0, w->dx, param(g, WX), param(g, B), w->e, w->x, param(p, WX), w->U, W, GH);
    memset(param(g, W_EMBED), 0, g->tensor[W_EMBED].size * sizeof(real));
    word_embedding_backward(param(g, W_EMBED), w->dx, w->word, w->U, W);
    affine_backward(w->how, 0, NULL, param(g, W_PROJ), param(g, B_PROJ), w->dh0, w->features, NULL, w->N, D, H);
}

double captioner_loss(const Params *params, LossWork *w, const real *features, const int32_t *captions, int N,
                      int T, Params *grads)
{
    double sum = 0;
    w->N = N, w->T = T;
    plan_tiles(w, captions);
    plan_positions(w, captions);
    forward(w, params, features);
    output_layer(w, params, grads);
    if (grads)
        backward(w, params, grads);
    for (int i = 0; i < w->P; i++)
        sum += w->row_loss[i];
    return sum / N;
}
