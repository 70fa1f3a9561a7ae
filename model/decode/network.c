#include "model/decode/network.h"

#include "model/affine.h"
#include "model/attention/attend.h"
#include "model/base/memory.h"
#include "model/cell/step.h"
#include "model/decode/screen.h"
#include "model/inject.h"

#include <stdlib.h>
#include <string.h>

struct Network {
    const Params *params;
    NetworkSizes sizes;
    int GH, CH; /* widths of the gates and of what is carried besides h */
    Blocks blocks;
    Precision before;   /* of h0, E and what is injected: in training as in the loss; else they come but once */
    Panels Wh, W_vocab; /* the weights of the loop, packed once */
    Screen *screen;     /* instead of W_vocab, if there are words only; else NULL */
    Panels Wx;          /* in training */
    Recurrence recurrence;
    Attend *attend; /* NULL: no attention */
    Dropout dropout;
    const int *number; /* (rows), with dropout: of the step's positions */
    real *features;    /* (rows,D), with dropout: each row's own */
    real *dropped;     /* (rows,H): h as the scores see it with dropout */
    /* Where features are injected; missing elsewhere. */
    real *v, *injected;            /* (rows,H), (rows,GH): of what network_begin got */
    int32_t *source, *next_source; /* (rows): which of its rows a row goes by */
    real *E;                       /* (V,GH); in training (rows,GH), of the step's words */
    real *x;                       /* (rows,W), in training: their vectors */
    int32_t *slot;                 /* (rows), in training: the row of E of each row's word */
    int32_t *slot_of;              /* (V), in training: a word's row of E, -1 between steps */
    real *h, *next_h;              /* (rows,H) */
    real *c, *next_c;              /* (rows,CH) */
    real *a, *ah;                  /* (rows,GH) */
    real *scores;                  /* (rows,V) */
};

/* --- memory --- */

static real *reals(Network *w, size_t rows, int width)
{
    return blocks_alloc(&w->blocks, rows * (size_t)width, sizeof(real));
}

static Panels alloc_panels(Network *w, Precision precision, int k, int n)
{
    return (Panels){precision, k, n, blocks_alloc(&w->blocks, panels_bytes(precision, k, n), 1)};
}

static void alloc_words(Network *w)
{
    const ModelShape *shape = &w->params->shape;
    size_t rows = (size_t)w->sizes.rows, V = (size_t)shape->V;
    w->E = reals(w, w->sizes.training ? rows : V, w->GH);
    if (!w->sizes.training)
        return;
    w->x = reals(w, rows, shape->W);
    w->slot = blocks_alloc(&w->blocks, rows, sizeof *w->slot);
    w->slot_of = blocks_alloc(&w->blocks, V, sizeof *w->slot_of);
    if (w->slot_of)
        memset(w->slot_of, -1, V * sizeof *w->slot_of);
    w->Wx = alloc_panels(w, w->before, shape->W, w->GH);
}

static void alloc_rows(Network *w)
{
    const ModelShape *shape = &w->params->shape;
    size_t rows = (size_t)w->sizes.rows;
    alloc_words(w);
    w->features = w->sizes.dropout ? reals(w, rows, shape->D) : NULL;
    w->dropped = w->sizes.dropout ? reals(w, rows, shape->H) : NULL;
    if (shape->inject) {
        w->v = reals(w, rows, shape->H);
        w->injected = reals(w, rows, w->GH);
        w->source = blocks_alloc(&w->blocks, rows, sizeof *w->source);
        w->next_source = blocks_alloc(&w->blocks, rows, sizeof *w->next_source);
    }
    w->h = reals(w, rows, shape->H);
    w->next_h = reals(w, rows, shape->H);
    w->c = w->CH ? reals(w, rows, w->CH) : NULL;
    w->next_c = w->CH ? reals(w, rows, w->CH) : NULL;
    w->a = reals(w, rows, w->GH);
    w->ah = shape->cell->separate ? reals(w, rows, w->GH) : NULL;
    w->scores = reals(w, rows, shape->V);
    w->Wh = alloc_panels(w, w->sizes.precision, shape->H, w->GH);
    if (!w->sizes.words_only)
        w->W_vocab = alloc_panels(w, w->sizes.precision, shape->H, shape->V);
}

static void alloc_attention(Network *w)
{
    const ModelShape *shape = &w->params->shape;
    const AttendSizes sizes = {.images = w->sizes.images,
                               .places = w->sizes.places,
                               .rows = w->sizes.rows,
                               .positions = w->sizes.rows,
                               .words = w->sizes.training ? w->sizes.rows : shape->V,
                               .precision = w->sizes.precision};
    if (!shape->attention)
        return;
    w->attend = attend_new(shape, &sizes);
    w->blocks.failed |= !w->attend;
}

void network_refresh(Network *w)
{
    const Params *p = w->params;
    const ModelShape *shape = &p->shape;
    w->recurrence =
        (Recurrence){.cell = shape->cell, .H = shape->H, .own = cell_params(p), .Wh = &w->Wh, .attend = w->attend};
    if (w->attend)
        attend_pack(w->attend, p);
    panels_fill(&w->Wh, PLAIN, param(p, WH), (size_t)w->GH);
    if (!w->sizes.words_only)
        panels_fill(&w->W_vocab, PLAIN, param(p, W_VOCAB), (size_t)shape->V);
    if (w->sizes.training) {
        panels_fill(&w->Wx, PLAIN, param(p, WX), (size_t)w->GH);
        return;
    }
    if (w->attend)
        attend_words(w->attend, p, param(p, W_EMBED), shape->V);
    affine_forward(w->before, w->E, param(p, W_EMBED), param(p, WX), param(p, B), shape->V, shape->W, w->GH);
}

bool network_screens(const Params *params, Precision precision)
{
    return precision == PRECISION_FLOAT32 && screen_possible(params->shape.H);
}

static void alloc_screen(Network *w)
{
    const Params *p = w->params;
    if (!w->sizes.words_only)
        return;
    w->screen = screen_new(p->shape.H, p->shape.V, param(p, W_VOCAB), param(p, B_VOCAB), w->sizes.rows);
    w->blocks.failed |= !w->screen;
}

Network *network_new(const Params *params, const NetworkSizes *sizes)
{
    Network *w = calloc(1, sizeof *w);
    if (!w)
        return NULL;
    w->params = params;
    w->sizes = *sizes;
    w->before = sizes->training ? sizes->precision : PRECISION_FLOAT32;
    w->GH = params->shape.cell->gates * params->shape.H;
    w->CH = params->shape.cell->carried * params->shape.H;
    alloc_rows(w);
    alloc_attention(w);
    alloc_screen(w);
    if (w->blocks.failed) {
        network_free(w);
        return NULL;
    }
    network_refresh(w);
    return w;
}

void network_free(Network *w)
{
    if (!w)
        return;
    attend_free(w->attend);
    screen_free(w->screen);
    blocks_free(&w->blocks);
    free(w);
}

/* --- steps --- */

void network_dropout(Network *w, const Dropout *dropout)
{
    w->dropout = *dropout;
    if (w->attend)
        attend_dropout(w->attend, dropout);
}

/* Copies a row of m numbers for each of the `each` that go by it. */
static void repeat(const real *from, int n, int each, int m, real *to)
{
    for (int i = 0; i < n * each; i++)
        memcpy(to + (size_t)i * (size_t)m, from + (size_t)(i / each) * (size_t)m, (size_t)m * sizeof *to);
}

/* Before features are dropped: n rows of them, or with dropout n·each. */
static void begin_injected(Network *w, const real *features, int n, int each, const int *row)
{
    const Inject in = {w->before, w->dropout, row, features, w->v, n};
    inject_forward(&in, w->params, w->injected);
    for (int i = 0; i < n * each; i++)
        w->source[i] = i / each;
}

void network_begin(Network *w, const real *features, int n, const real *grid, int grids, int each, const int *row)
{
    const Params *p = w->params;
    int D = p->shape.D, H = p->shape.H;
    if (w->CH)
        memset(w->c, 0, (size_t)w->sizes.rows * (size_t)w->CH * sizeof *w->c);
    if (w->attend)
        attend_images(w->attend, p, grid, grids);
    if (w->dropout.rate > 0) {
        repeat(features, n, each, D, w->features);
        if (w->injected)
            begin_injected(w, w->features, n * each, 1, row);
        dropout_parallel(&w->dropout, DROP_FEATURES, row, n * each, D, dense_rows(w->features, D, 0));
        features = w->features;
        n *= each;
        each = 1;
    } else if (w->injected) {
        begin_injected(w, features, n, each, NULL);
    }
    real *h0 = each > 1 ? w->next_h : w->h;
    affine_forward(w->before, h0, features, param(p, W_PROJ), param(p, B_PROJ), n, D, H);
    if (each > 1)
        repeat(h0, n, each, H, w->h);
}

/* The word vectors of n rows, each once; with dropout each row has its own. Returns how many. */
static int gather_words(Network *w, const int32_t *word, int n)
{
    const Params *p = w->params;
    size_t W = (size_t)p->shape.W;
    bool distinct = w->dropout.rate > 0;
    int words = 0;
    for (int i = 0; i < n; i++) {
        int32_t *slot = &w->slot_of[word[i]];
        if (*slot < 0 || distinct) {
            *slot = words;
            memcpy(w->x + (size_t)words++ * W, param(p, W_EMBED) + (size_t)word[i] * W, W * sizeof *w->x);
        }
        w->slot[i] = *slot;
    }
    for (int i = 0; i < n; i++)
        w->slot_of[word[i]] = -1;
    return words;
}

void network_words(Network *w, const int32_t *word, int n, const int *number)
{
    enum { MOST_WORDS = 16 }; /* of a tile */
    const Params *p = w->params;
    size_t W = (size_t)p->shape.W, GH = (size_t)w->GH;
    int words = gather_words(w, word, n);
    w->number = number;
    dropout_parallel(&w->dropout, DROP_INPUT, number, words, p->shape.W, dense_rows(w->x, p->shape.W, 0));
#pragma omp parallel for schedule(dynamic)
    for (int i = 0; i < words; i += MOST_WORDS)
        gemm_panels(words - i < MOST_WORDS ? words - i : MOST_WORDS, w->x + (size_t)i * W, W, &w->Wx, param(p, B),
                    0, w->E + (size_t)i * GH, GH);
    if (w->attend)
        attend_words(w->attend, p, w->x, words);
}

void network_step(Network *w, int first, int n, const int32_t *word, const int32_t *image_of)
{
    const Params *p = w->params;
    int H = p->shape.H, V = p->shape.V;
    Rows scores = dense_rows(w->scores, V, first), next_h = dense_rows(w->next_h, H, first);
    CellStep step = {
        .n = n,
        .a = dense_rows(w->a, w->GH, first),
        .ah = dense_rows(w->ah, w->GH, first),
        .prev_h = dense_rows(w->h, H, first),
        .prev_c = dense_rows(w->c, w->CH, first),
        .next_h = next_h,
        .next_c = dense_rows(w->next_c, w->CH, first),
    };
    AttendStep look = {.n = 0};
    if (w->attend)
        look = attend_step(w->attend, first, image_of + first, n, 0, w->number ? w->number + first : NULL);
    StepInput in = {.table = dense_rows(w->E, w->GH, 0),
                    .pick = (w->sizes.training ? w->slot : word) + first,
                    .injected = dense_rows(w->injected, w->GH, 0),
                    .source = w->injected ? w->source + first : NULL};
    step_forward(&w->recurrence, in, &step, &look);
    if (w->screen) {
        screen_bounds(w->screen, first, n, next_h, scores);
        return;
    }
    Rows seen = next_h;
    if (w->dropout.rate > 0) {
        seen = dense_rows(w->dropped, H, first);
        dropout_rows(&w->dropout, DROP_OUTPUT, w->number + first, n, H, next_h, seen);
    }
    gemm_panels(n, seen.at, seen.ld, &w->W_vocab, param(p, B_VOCAB), 0, scores.at, scores.ld);
}

void network_best(Network *w, int first, int n, int32_t *word)
{
    const ModelShape *shape = &w->params->shape;
    screen_words(w->screen, first, n, dense_rows(w->next_h, shape->H, first),
                 dense_rows(w->scores, shape->V, first), word + first);
}

real *network_scores(const Network *w, int row)
{
    return w->scores + (size_t)row * (size_t)w->params->shape.V;
}

const real *network_looks(const Network *w, int row)
{
    return attend_alphas(w->attend, row);
}

void network_gather(Network *w, const int32_t *from, int n)
{
    size_t H = (size_t)w->params->shape.H, CH = (size_t)w->CH;
#pragma omp parallel for schedule(dynamic, 16)
    for (int i = 0; i < n; i++) {
        memcpy(w->h + (size_t)i * H, w->next_h + (size_t)from[i] * H, H * sizeof(real));
        if (CH)
            memcpy(w->c + (size_t)i * CH, w->next_c + (size_t)from[i] * CH, CH * sizeof(real));
        if (w->injected)
            w->next_source[i] = w->source[from[i]];
    }
    int32_t *gathered = w->next_source;
    w->next_source = w->source;
    w->source = gathered;
}
