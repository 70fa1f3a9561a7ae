#include "model/decode/draw.h"

#include "model/base/memory.h"
#include "model/base/philox.h"
#include "model/decode/network.h"
#include "model/kernels.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    MOST_ROWS = 64,    /* of a tile: their scores stay in a core's cache */
    DRAW_LAYER = 0x100 /* of philox.h; dropout has those from 0 on */
};

struct Draw {
    const Params *params;
    Network *network;
    Blocks blocks;
    int32_t *word, *next, *row; /* (rows): of each live row the word that goes in, the next one, the caption */
    int32_t *image_of, *from;   /* (rows) */
    int32_t *length;            /* (rows): steps of a caption that is given */
    int *number;                /* (rows): of a live row's position, for dropout */
    double dropout;
};

/* How the next words are found. */
typedef struct {
    uint32_t seed;
    int64_t iteration;
    int first; /* row of the whole minibatch */
    double dropout;
    bool greedy;
    int T;
    const int32_t *captions; /* (N,T+1): those given, or NULL: all words are the model's */
    double p;                /* of the model's word in place of a given one */
} Source;

Draw *draw_new(const Params *params, const DrawSizes *sizes)
{
    Draw *d = calloc(1, sizeof *d);
    if (!d)
        return NULL;
    size_t rows = (size_t)sizes->rows;
    int32_t **const arrays[] = {&d->word, &d->next, &d->row, &d->image_of, &d->from, &d->length};
    const NetworkSizes network = {.images = sizes->rows,
                                  .rows = sizes->rows,
                                  .training = true,
                                  .dropout = sizes->dropout > 0,
                                  .places = sizes->places,
                                  .precision = sizes->precision};
    d->params = params;
    d->dropout = sizes->dropout;
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
        *arrays[i] = blocks_alloc(&d->blocks, rows, sizeof **arrays[i]);
    d->number = blocks_alloc(&d->blocks, rows, sizeof *d->number);
    d->network = network_new(params, &network);
    if (d->blocks.failed || !d->network) {
        draw_free(d);
        return NULL;
    }
    return d;
}

void draw_free(Draw *d)
{
    if (!d)
        return;
    network_free(d->network);
    blocks_free(&d->blocks);
    free(d);
}

void draw_refresh(Draw *d)
{
    network_refresh(d->network);
}

/* --- a step --- */

/* From 0 to below 1, with 53 bits. */
static double uniform(uint32_t high, uint32_t low)
{
    return (double)((((uint64_t)high << 32) | low) >> 11) * 0x1p-53;
}

/* The word after step t of a caption's row. */
static int32_t next_word(const Draw *d, const Source *s, int live, int row, int t)
{
    uint32_t random[4];
    int V = d->params->shape.V;
    real *scores = network_scores(d->network, live);
    if (s->captions)
        scores[WORD_NULL] = (real)-INFINITY;
    if (s->greedy)
        return best_word(V, scores);
    philox_four((PhiloxPlace){s->seed, DRAW_LAYER, s->iteration, (uint32_t)(s->first + row)}, (uint32_t)t, random);
    if (s->captions && uniform(random[0], random[1]) >= s->p)
        return s->captions[(size_t)row * (size_t)(s->T + 1) + (size_t)t + 1];
    return draw_word(V, scores, uniform(random[2], random[3]));
}

static void step_tile(Draw *d, const Source *s, int first, int n, int t)
{
    network_step(d->network, first, n, d->word, d->image_of);
    for (int i = first; i < first + n; i++)
        d->next[i] = next_word(d, s, i, d->row[i], t);
}

/* Writes the next words of the n live rows to out, whose rows are `ld` apart, and closes ranks. Returns how many live
 * on. */
static int advance(Draw *d, const Source *s, int n, int t, int32_t *out, int ld)
{
    int at = 0;
    for (int i = 0; i < n; i++) {
        int32_t row = d->row[i], next = d->next[i];
        bool ends = s->captions ? t + 2 > d->length[row] : next == WORD_END || next == WORD_NULL;
        if (!s->captions || !ends)
            out[(size_t)row * (size_t)ld + (size_t)t + 1] = next;
        if (ends)
            continue;
        d->row[at] = row;
        d->word[at] = next;
        d->image_of[at] = d->image_of[i];
        d->from[at++] = i;
    }
    return at;
}

/* The numbers of the live rows' positions at step t, as the loss has them. */
static const int *number(Draw *d, const Source *s, int live, int t)
{
    for (int i = 0; i < live; i++)
        d->number[i] = (s->first + d->row[i]) * s->T + t;
    return d->number;
}

static void begin(Draw *d, const DrawBatch *b, const Source *s, int each)
{
    const Dropout dropout = {s->dropout, s->seed, s->iteration};
    for (int i = 0; i < b->N * each; i++)
        d->number[i] = s->first + i;
    network_dropout(d->network, &dropout);
    network_begin(d->network, b->features, b->N, b->grid, b->images, each, d->number);
}

/* All steps of rows: `each` of the batch's N. The first word of each row of out is there. */
static void run(Draw *d, const DrawBatch *b, const Source *s, int each, int32_t *out, int ld)
{
    int live = b->N * each;
    begin(d, b, s, each);
    for (int i = 0; i < live; i++) {
        d->row[i] = i;
        d->word[i] = out[(size_t)i * (size_t)ld];
        d->image_of[i] = b->image ? b->image[i / each] : 0;
    }
    for (int t = 0; t < s->T && live > 0; t++) {
        int rows = tile_rows(live, MOST_ROWS);
        network_words(d->network, d->word, live, number(d, s, live, t));
#pragma omp parallel for schedule(dynamic)
        for (int i = 0; i < live; i += rows)
            step_tile(d, s, i, live - i < rows ? live - i : rows, t);
        live = advance(d, s, live, t, out, ld);
        network_gather(d->network, d->from, live);
    }
}

/* --- what is drawn --- */

/* From <START> on, all words the model's. */
static void run_captions(Draw *d, const DrawBatch *b, Source source, int each, int32_t *captions)
{
    int rows = b->N * each, width = source.T + 1;
    source.seed = b->seed;
    source.iteration = b->iteration;
    source.first = b->first * each;
    memset(captions, 0, (size_t)rows * (size_t)width * sizeof *captions); /* WORD_NULL */
    for (int i = 0; i < rows; i++)
        captions[(size_t)i * (size_t)width] = WORD_START;
    run(d, b, &source, each, captions, width);
}

void draw_captions(Draw *d, const DrawBatch *b, int each, int T, int32_t *captions)
{
    run_captions(d, b, (Source){.dropout = d->dropout, .T = T}, each, captions);
}

void draw_greedy(Draw *d, const DrawBatch *b, int T, int32_t *captions)
{
    run_captions(d, b, (Source){.greedy = true, .T = T}, 1, captions);
}

void draw_inputs(Draw *d, const DrawBatch *b, double p, int T, const int32_t *captions, int32_t *inputs)
{
    const Source source = {
        .seed = b->seed, .iteration = b->iteration, .first = b->first, .T = T, .captions = captions, .p = p};
    for (int i = 0; i < b->N; i++) {
        const int32_t *caption = captions + (size_t)i * (size_t)(T + 1);
        memcpy(inputs + (size_t)i * (size_t)T, caption, (size_t)T * sizeof *inputs);
        for (d->length[i] = T; d->length[i] > 0 && caption[d->length[i]] == WORD_NULL;)
            d->length[i]--;
    }
    run(d, b, &source, 1, inputs, T);
}
