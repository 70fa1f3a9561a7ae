/* E = W_embed·Wx + b, once
 *
 *   features ─► h0 ─► rows ─► per tile: a = E[word], cell ─► h, scores ─► per row: its best K words
 *                      ▲                                                        │
 *                      └────── survivors, packed ◄── per image: the best K of all ◄┘
 *
 * A row is a live hypothesis. The rows of an image are neighbours, best first; finished images leave and the
 * rest close ranks. Each step records where its rows came from, so that captions can be read backwards. */
#include "model/decode/search.h"

#include "model/affine.h"
#include "model/attention/attend.h"
#include "model/base/memory.h"
#include "model/cell/step.h"
#include "model/decode/trace.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const Gemm float32 = {PRECISION_FLOAT32, NULL}; /* for what is computed once, or once per image */

enum { MOST_ROWS = 64 }; /* rows of a tile: their scores stay in a core's cache */

typedef struct {
    double logprob; /* of the hypothesis with this word */
    int32_t row;    /* the row it expands */
    int32_t word;
} Candidate;

typedef struct {
    int first, n;   /* its rows: n live hypotheses; 0 once the caption is done */
    int finished;   /* hypotheses that have taken <END> */
    Candidate best; /* the best finished one */
    int best_step;  /* where it took <END> */
} Image;

struct Search {
    const Params *params;
    SearchOptions options;
    int images, K, rows; /* at most; rows is images·K */
    int GH, CH;          /* widths of the gates and of what is carried besides h */
    int live;            /* rows in use */
    Blocks blocks;

    Panels Wh, W_vocab; /* the weights of the loop, packed once */
    Recurrence recurrence;
    Attend *attend;       /* NULL: no attention */
    real *E;              /* (V,GH) */
    real *h, *next_h;     /* (rows,H) */
    real *c, *next_c;     /* (rows,CH) */
    real *a, *ah;         /* (rows,GH) */
    real *scores;         /* (rows,V) */
    int32_t *word;        /* (rows): the word that goes in */
    double *logprob;      /* (rows): of the hypothesis so far */
    int32_t *image_of;    /* (rows) */
    int32_t *history;     /* (rows,max_length): the words of a row's hypothesis, where rules ask for them */
    int32_t *chosen;      /* (rows,K): the words that expand a row */
    Candidate *candidate; /* (rows,K): a row's expansions, best first */
    int *n_candidates;    /* (rows): how many */
    int *taken;           /* (rows): how many of these the merge has taken */
    Candidate *kept;      /* (rows): the survivors, in the order of the next step's rows */
    Candidate *beam;      /* (K): the best expansions of one image */
    Image *image;         /* (images) */
    Rng *rng;             /* (images); NULL unless the sampler draws */
    Trace trace;
};

/* --- memory --- */

static real *reals(Search *s, size_t rows, int width)
{
    return blocks_alloc(&s->blocks, rows * (size_t)width, sizeof(real));
}

static void alloc_rows(Search *s)
{
    const ModelShape *shape = &s->params->shape;
    size_t rows = (size_t)s->rows, images = (size_t)s->images;
    s->E = reals(s, (size_t)shape->V, s->GH);
    s->h = reals(s, rows, shape->H);
    s->next_h = reals(s, rows, shape->H);
    s->c = s->CH ? reals(s, rows, s->CH) : NULL;
    s->next_c = s->CH ? reals(s, rows, s->CH) : NULL;
    s->a = reals(s, rows, s->GH);
    s->ah = shape->cell->separate ? reals(s, rows, s->GH) : NULL;
    s->scores = reals(s, rows, shape->V);
    s->word = blocks_alloc(&s->blocks, rows, sizeof *s->word);
    s->logprob = blocks_alloc(&s->blocks, rows, sizeof *s->logprob);
    s->image_of = blocks_alloc(&s->blocks, rows, sizeof *s->image_of);
    s->beam = blocks_alloc(&s->blocks, (size_t)s->K, sizeof *s->beam);
    if (rules_any(&s->options.rules))
        s->history = blocks_alloc(&s->blocks, rows * (size_t)s->options.max_length, sizeof *s->history);
    s->chosen = blocks_alloc(&s->blocks, rows * (size_t)s->K, sizeof *s->chosen);
    s->candidate = blocks_alloc(&s->blocks, rows * (size_t)s->K, sizeof *s->candidate);
    s->kept = blocks_alloc(&s->blocks, rows, sizeof *s->kept);
    s->n_candidates = blocks_alloc(&s->blocks, rows, sizeof *s->n_candidates);
    s->taken = blocks_alloc(&s->blocks, rows, sizeof *s->taken);
    s->image = blocks_alloc(&s->blocks, images, sizeof *s->image);
    s->rng = s->options.sampler->draws ? blocks_alloc(&s->blocks, images, sizeof *s->rng) : NULL;
}

static Panels alloc_panels(Search *s, int k, int n)
{
    Precision precision = s->options.precision;
    return (Panels){precision, k, n, blocks_alloc(&s->blocks, panels_bytes(precision, k, n), 1)};
}

static void alloc_attention(Search *s)
{
    const ModelShape *shape = &s->params->shape;
    const AttendSizes sizes = {.images = s->images,
                               .places = s->options.places,
                               .rows = s->rows,
                               .positions = s->rows,
                               .words = shape->V,
                               .precision = s->options.precision};
    if (!shape->attention)
        return;
    s->attend = attend_new(shape, &sizes);
    s->blocks.failed |= !s->attend;
}

Search *search_new(const Params *params, const SearchOptions *options, int images)
{
    const ModelShape *shape = &params->shape;
    Search *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->params = params;
    s->options = *options;
    s->images = images;
    s->K = options->beam < shape->V ? options->beam : shape->V;
    s->rows = images * s->K;
    s->GH = shape->cell->gates * shape->H;
    s->CH = shape->cell->carried * shape->H;
    alloc_rows(s);
    alloc_attention(s);
    trace_alloc(&s->trace, &s->blocks, options->max_length, s->rows,
                s->attend && options->attention ? options->places : 0);
    s->Wh = alloc_panels(s, shape->H, s->GH);
    s->W_vocab = alloc_panels(s, shape->H, shape->V);
    if (s->blocks.failed) {
        search_free(s);
        return NULL;
    }
    s->recurrence = (Recurrence){
        .cell = shape->cell, .H = shape->H, .own = cell_params(params), .Wh = &s->Wh, .attend = s->attend};
    if (s->attend) {
        attend_weights(s->attend, params);
        attend_words(s->attend, params, param(params, W_EMBED), shape->V);
    }
    panels_fill(&s->Wh, PLAIN, param(params, WH), (size_t)s->GH);
    panels_fill(&s->W_vocab, PLAIN, param(params, W_VOCAB), (size_t)shape->V);
    affine_forward(float32, s->E, param(params, W_EMBED), param(params, WX), param(params, B), shape->V, shape->W,
                   s->GH);
    return s;
}

void search_free(Search *s)
{
    if (!s)
        return;
    attend_free(s->attend);
    blocks_free(&s->blocks);
    free(s);
}

/* --- a step of the network --- */

static Rows tile_of(const real *m, int width, int row)
{
    return rows_of(m ? m + (size_t)row * (size_t)width : NULL, (size_t)width);
}

/* h0 and one row for each image. */
static void begin(Search *s, const SearchInput *in)
{
    const Params *p = s->params;
    int D = p->shape.D, H = p->shape.H, n = in->n;
    if (s->CH)
        memset(s->c, 0, (size_t)s->rows * (size_t)s->CH * sizeof *s->c);
    if (s->attend)
        attend_images(s->attend, p, in->grid, n);
    affine_forward(float32, s->h, in->features, param(p, W_PROJ), param(p, B_PROJ), n, D, H);
    s->live = n;
    for (int i = 0; i < n; i++) {
        s->image[i] = (Image){.first = i, .n = 1};
        s->image_of[i] = i;
        s->word[i] = WORD_START;
        s->logprob[i] = 0;
        if (s->rng) {
            const uint32_t key[] = {s->options.seed, (uint32_t)in->image[i],
                                    (uint32_t)((uint64_t)in->image[i] >> 32)};
            rng_seed_array(&s->rng[i], key, key[2] ? 3 : 2);
        }
    }
}

static void expand_row(Search *s, int row, int step)
{
    int V = s->params->shape.V;
    real *scores = s->scores + (size_t)row * (size_t)V;
    Candidate *c = s->candidate + (size_t)row * (size_t)s->K;
    int32_t *words = s->chosen + (size_t)row * (size_t)s->K;
    Rng *rng = s->rng ? &s->rng[s->image_of[row]] : NULL;
    double norm = log_sum_exp(V, scores);
    if (s->history) {
        int32_t *history = s->history + (size_t)row * (size_t)s->options.max_length;
        trace_words(&s->trace, row, step, history);
        rules_ban(&s->options.rules, V, history, step, scores);
    }
    int n = s->options.sampler->choose(&s->options.choice, V, scores, s->K, rng, words);
    while (n > 1 && scores[words[n - 1]] == (real)-INFINITY) /* banned */
        n--;
    for (int i = 0; i < n; i++)
        c[i] = (Candidate){s->logprob[row] + ((double)scores[words[i]] - norm), row, words[i]};
    s->n_candidates[row] = n;
    s->taken[row] = 0;
}

static void step_tile(Search *s, int first, int n, int at)
{
    const Params *p = s->params;
    int H = p->shape.H, V = p->shape.V;
    Rows scores = tile_of(s->scores, V, first), next_h = tile_of(s->next_h, H, first);
    CellStep step = {
        .n = n,
        .a = tile_of(s->a, s->GH, first),
        .ah = tile_of(s->ah, s->GH, first),
        .prev_h = tile_of(s->h, H, first),
        .prev_c = tile_of(s->c, s->CH, first),
        .next_h = next_h,
        .next_c = tile_of(s->next_c, s->CH, first),
    };
    AttendStep look = {.n = 0};
    if (s->attend)
        look = attend_step(s->attend, first, s->image_of + first, n, 0, NULL);
    step_forward(&s->recurrence, (StepInput){tile_of(s->E, s->GH, 0), s->word + first}, &step, &look);
    for (int i = first; s->trace.places && i < first + n; i++)
        trace_weights(&s->trace, at, i, attend_weights_at(s->attend, i));
    gemm_panels(n, next_h.at, next_h.ld, &s->W_vocab, param(p, B_VOCAB), 0, scores.at, scores.ld);
    for (int i = first; i < first + n; i++)
        expand_row(s, i, at);
}

/* --- a step of the search --- */

/* Merges the sorted expansions of an image's rows into s->beam; returns how many there are. */
static int best_expansions(Search *s, const Image *image)
{
    int n = 0;
    for (; n < s->K; n++) {
        const Candidate *best = NULL;
        for (int r = image->first; r < image->first + image->n; r++) {
            const Candidate *c = s->candidate + (size_t)r * (size_t)s->K + s->taken[r];
            if (s->taken[r] < s->n_candidates[r] && (!best || c->logprob > best->logprob))
                best = c;
        }
        if (!best)
            break;
        s->beam[n] = *best;
        s->taken[best->row]++;
    }
    return n;
}

/* Reads the words of a hypothesis backwards from its last word, taken at this step. */
static void read_caption(const Search *s, int step, const Candidate *last, SearchResult *result)
{
    result->n = step + 1;
    result->logprob = last->logprob;
    result->words[step] = last->word;
    trace_words(&s->trace, last->row, step, result->words);
    if (s->trace.places)
        trace_looks(&s->trace, last->row, step, result->attention);
}

/* What hypotheses of `steps` steps are compared by. */
static double rank_of(const Search *s, const Candidate *c, int steps)
{
    double A = s->options.length_norm;
    return A > 0 ? c->logprob / pow(steps, A) : c->logprob;
}

/* Takes a hypothesis that ends at this step; of equal ones the first stays. */
static void finish(const Search *s, Image *image, int step, const Candidate *c)
{
    if (image->finished++ && rank_of(s, c, step + 1) <= rank_of(s, &image->best, image->best_step + 1))
        return;
    image->best = *c;
    image->best_step = step;
}

/* Whether neither the survivor c of this step nor its successors can win.
 *
 * A hypothesis only loses probability as it grows, so without a length norm one that is no better than the best finished
 * one is beaten. With a norm it may catch up: then the rule is the plain one, that K have finished and none is better. */
static bool beaten(const Search *s, const Image *image, int step, const Candidate *c)
{
    int enough = s->options.length_norm > 0 ? s->K : 1;
    return image->finished >= enough && rank_of(s, c, step + 1) <= rank_of(s, &image->best, image->best_step + 1);
}

/* Advances one image: its best expansions finish or survive (into kept, from `at` on). Returns how many survive; 0
 * once the result is written. */
static int advance(Search *s, Image *image, int step, int at, SearchResult *result)
{
    int n = best_expansions(s, image), live = 0;
    for (int i = 0; i < n; i++) {
        const Candidate *c = &s->beam[i];
        if (s->options.length_norm <= 0 && beaten(s, image, step, c))
            break;
        if (c->word == WORD_END)
            finish(s, image, step, c);
        else
            s->kept[at + live++] = *c;
    }
    if (live > 0 && step + 1 < s->options.max_length && !beaten(s, image, step, &s->kept[at]))
        return live;
    if (image->finished)
        read_caption(s, image->best_step, &image->best, result);
    else
        read_caption(s, step, &s->kept[at], result);
    return 0;
}

/* The survivors become the rows of the next step. */
static void close_ranks(Search *s, int step)
{
    size_t H = (size_t)s->params->shape.H, CH = (size_t)s->CH;
#pragma omp parallel for schedule(static)
    for (int i = 0; i < s->live; i++) {
        const Candidate *c = &s->kept[i];
        memcpy(s->h + (size_t)i * H, s->next_h + (size_t)c->row * H, H * sizeof(real));
        if (CH)
            memcpy(s->c + (size_t)i * CH, s->next_c + (size_t)c->row * CH, CH * sizeof(real));
        s->word[i] = c->word;
        trace_add(&s->trace, step, i, c->row, c->word);
        s->logprob[i] = c->logprob;
    }
}

void search_run(Search *s, const SearchInput *input, SearchResult *results)
{
    int n = input->n;
    begin(s, input);
    for (int step = 0; s->live > 0; step++) {
        int at = 0, rows = tile_rows(s->live, MOST_ROWS);
#pragma omp parallel for schedule(dynamic)
        for (int i = 0; i < s->live; i += rows)
            step_tile(s, i, s->live - i < rows ? s->live - i : rows, step);
        for (int k = 0; k < n; k++) {
            Image *m = &s->image[k];
            if (m->n == 0)
                continue;
            m->n = advance(s, m, step, at, &results[k]);
            m->first = at;
            for (int i = 0; i < m->n; i++)
                s->image_of[at + i] = k;
            at += m->n;
        }
        s->live = at;
        close_ranks(s, step);
    }
}
