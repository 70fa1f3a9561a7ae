/* E = W_embed·Wx + b, once
 *
 *   features ─► h0 ─► rows ─► per tile: a = E[word], cell ─► h, scores ─► per row: its best K words
 *                      ▲                                                        │
 *                      └────── survivors, packed ◄── per image: the best K of all ◄┘
 *
 * A row is a live hypothesis. Rows of one image stand together, best first; images that are done leave, and
 * the rest close ranks. What each row came from is kept by step, so that a caption is read backwards. */
#include "model/search.h"

#include "model/affine.h"

#include <stdlib.h>
#include <string.h>

static const Gemm float32 = {PRECISION_FLOAT32, NULL}; /* what is computed once an image, or once */

enum { MOST_ROWS = 64 }; /* rows of a tile: their scores stay in a core's cache */

typedef struct {
    double logprob; /* of the hypothesis with this word */
    int32_t row;    /* that is expanded */
    int32_t word;
} Candidate;

typedef struct {
    int first, n;   /* its rows: n live hypotheses; 0 once its caption is there */
    int finished;   /* a hypothesis has taken <END> */
    Candidate best; /* the best finished one */
    int best_step;  /* where it took <END> */
} Image;

/* A step's rows, to read captions backwards. */
typedef struct {
    int32_t *word;   /* (rows): the word that made the row */
    int32_t *parent; /* (rows): the row of the step before that it came from */
} Trace;

struct Search {
    const Params *params;
    SearchOptions options;
    int images, K, rows; /* at most; rows is images·K */
    int GH;
    int live; /* rows at hand */
    void *owned[32];
    int n_owned;

    Panels Wh, W_vocab;   /* the weights of the loop, laid out once */
    real *E;              /* (V,GH) */
    real *h, *next_h;     /* (rows,H) */
    real *c, *next_c;     /* (rows,H), lstm */
    real *a;              /* (rows,GH) */
    real *scores;         /* (rows,V) */
    int32_t *word;        /* (rows): that goes in */
    double *logprob;      /* (rows): of the hypothesis so far */
    int *image_of;        /* (rows) */
    Candidate *candidate; /* (rows,K): a row's expansions, best first */
    int *n_candidates;    /* (rows): how many, and then how many are still to be looked at */
    Candidate *kept;      /* (rows): the survivors, in the order of the next step's rows */
    Candidate *beam;      /* (K): the best expansions of one image */
    Image *image;         /* (images) */
    Rng *rng;             /* (images), sample */
    Trace *trace;         /* (max_length) */
};

/* --- memory --- */

static void *own(Search *s, size_t n, size_t size, int *failed)
{
    void *p = model_alloc(n, size);
    if (p)
        s->owned[s->n_owned++] = p;
    else
        *failed = 1;
    return p;
}

static int alloc_rows(Search *s)
{
    const Shape *shape = &s->params->shape;
    size_t rows = (size_t)s->rows, H = (size_t)shape->H, GH = (size_t)s->GH, V = (size_t)shape->V;
    size_t images = (size_t)s->images;
    int failed = 0, lstm = shape->cell == CELL_LSTM;
    s->E = own(s, V * GH, sizeof(real), &failed);
    s->h = own(s, rows * H, sizeof(real), &failed);
    s->next_h = own(s, rows * H, sizeof(real), &failed);
    s->c = own(s, lstm ? rows * H : 0, sizeof(real), &failed);
    s->next_c = own(s, lstm ? rows * H : 0, sizeof(real), &failed);
    s->a = own(s, rows * GH, sizeof(real), &failed);
    s->scores = own(s, rows * V, sizeof(real), &failed);
    s->word = own(s, rows, sizeof *s->word, &failed);
    s->logprob = own(s, rows, sizeof *s->logprob, &failed);
    s->image_of = own(s, rows, sizeof *s->image_of, &failed);
    s->beam = own(s, (size_t)s->K, sizeof *s->beam, &failed);
    s->candidate = own(s, rows * (size_t)s->K, sizeof *s->candidate, &failed);
    s->kept = own(s, rows, sizeof *s->kept, &failed);
    s->n_candidates = own(s, rows, sizeof *s->n_candidates, &failed);
    s->image = own(s, images, sizeof *s->image, &failed);
    s->rng = own(s, s->options.kind == SEARCH_SAMPLE ? images : 0, sizeof *s->rng, &failed);
    s->trace = own(s, (size_t)s->options.max_length, sizeof *s->trace, &failed);
    return failed;
}

static int alloc_panels(Search *s, Panels *panels, int k, int n)
{
    int failed = 0;
    *panels = (Panels){s->options.precision, k, n, NULL};
    panels->at = own(s, panels_bytes(panels->precision, k, n), 1, &failed);
    return failed;
}

/* All steps' traces are one block. */
static int alloc_trace(Search *s)
{
    int failed = 0;
    size_t steps = (size_t)s->options.max_length, rows = (size_t)s->rows;
    int32_t *block = own(s, 2 * steps * rows, sizeof *block, &failed);
    for (size_t t = 0; t < steps && !failed; t++)
        s->trace[t] = (Trace){block + 2 * t * rows, block + (2 * t + 1) * rows};
    return failed;
}

Search *search_new(const Params *params, const SearchOptions *options, int images)
{
    const Shape *shape = &params->shape;
    Search *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->params = params;
    s->options = *options;
    s->images = images;
    s->K = options->kind != SEARCH_BEAM ? 1 : options->beam < shape->V ? options->beam : shape->V;
    s->rows = images * s->K;
    s->GH = cell_gates(shape->cell) * shape->H;
    if (alloc_rows(s) || alloc_trace(s) || alloc_panels(s, &s->Wh, shape->H, s->GH) ||
        alloc_panels(s, &s->W_vocab, shape->H, shape->V)) {
        search_free(s);
        return NULL;
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
    for (int i = 0; i < s->n_owned; i++)
        free(s->owned[i]);
    free(s);
}

/* --- a step of the network --- */

static Rows tile_of(const real *m, int width, int row)
{
    return rows_of(m ? m + (size_t)row * (size_t)width : NULL, (size_t)width);
}

/* h0 and one row for each image. */
static void begin(Search *s, const real *features, const int64_t *image, int n)
{
    const Params *p = s->params;
    int D = p->shape.D, H = p->shape.H;
    if (p->shape.cell == CELL_LSTM)
        memset(s->c, 0, (size_t)s->rows * (size_t)H * sizeof *s->c);
    affine_forward(float32, s->h, features, param(p, W_PROJ), param(p, B_PROJ), n, D, H);
    s->live = n;
    for (int i = 0; i < n; i++) {
        s->image[i] = (Image){.first = i, .n = 1};
        s->image_of[i] = i;
        s->word[i] = WORD_START;
        s->logprob[i] = 0;
        if (s->options.kind == SEARCH_SAMPLE) {
            const uint32_t key[] = {s->options.seed, (uint32_t)image[i], (uint32_t)((uint64_t)image[i] >> 32)};
            rng_seed_array(&s->rng[i], key, key[2] ? 3 : 2);
        }
    }
}

/* The k best of a row's scores, best first, the lowest word first among equals. */
static int best_words(int V, const real *scores, int k, Candidate *c)
{
    int n = 0;
    for (int32_t j = 0; j < V; j++) {
        if (n == k)
            j = next_above(V, scores, j, scores[c[n - 1].word]);
        if (j == V)
            break;
        int at = n < k ? n++ : n - 1;
        for (; at > 0 && scores[j] > scores[c[at - 1].word]; at--)
            c[at].word = c[at - 1].word;
        c[at].word = j;
    }
    return n;
}

/* A word by its probability softmax(scores / temperature): the first whose cumulated weight exceeds a
 * uniform number, as numpy.random.choice(V, p=...) does. */
static int32_t draw_word(int V, const real *scores, double temperature, Rng *rng)
{
    double max = (double)scores[0], sum = 0, at = 0;
    for (int j = 1; j < V; j++)
        max = (double)scores[j] > max ? (double)scores[j] : max;
    for (int j = 0; j < V; j++)
        sum += exp(((double)scores[j] - max) / temperature);
    double u = rng_rand(rng) * sum;
    for (int32_t j = 0; j < V; j++) {
        at += exp(((double)scores[j] - max) / temperature);
        if (at > u)
            return j;
    }
    return (int32_t)V - 1;
}

static void expand_row(Search *s, int row)
{
    int V = s->params->shape.V, n = 1;
    const real *scores = s->scores + (size_t)row * (size_t)V;
    Candidate *c = s->candidate + (size_t)row * (size_t)s->K;
    if (s->options.kind == SEARCH_SAMPLE)
        c[0].word = draw_word(V, scores, s->options.temperature, &s->rng[s->image_of[row]]);
    else if (s->K == 1)
        c[0].word = best_word(V, scores);
    else
        n = best_words(V, scores, s->K, c);
    double norm = log_sum_exp(V, scores);
    for (int i = 0; i < n; i++) {
        c[i].row = row;
        c[i].logprob = s->logprob[row] + ((double)scores[c[i].word] - norm);
    }
    s->n_candidates[row] = n;
}

static void step_tile(Search *s, int first, int n)
{
    const Params *p = s->params;
    int H = p->shape.H, V = p->shape.V, GH = s->GH;
    Rows a = tile_of(s->a, GH, first), scores = tile_of(s->scores, V, first);
    Rows h = tile_of(s->h, H, first), next_h = tile_of(s->next_h, H, first);
    gather_rows(n, GH, a, s->E, s->word + first);
    gemm_panels(n, h.at, h.ld, &s->Wh, a.at, a.ld, a.at, a.ld);
    cell_forward(p->shape.cell, n, H, a, tile_of(s->c, H, first), next_h, tile_of(s->next_c, H, first));
    gemm_panels(n, next_h.at, next_h.ld, &s->W_vocab, param(p, B_VOCAB), 0, scores.at, scores.ld);
    for (int i = first; i < first + n; i++)
        expand_row(s, i);
}

/* --- a step of the search --- */

/* The best expansions of an image's rows, into s->beam: a merge of lists that are sorted already. */
static int best_expansions(Search *s, const Image *image)
{
    int n = 0;
    for (; n < s->K; n++) {
        const Candidate *best = NULL;
        for (int r = image->first; r < image->first + image->n; r++) {
            int left = s->n_candidates[r]; /* of K: K is at most V, so that every row has so many */
            const Candidate *c = s->candidate + (size_t)r * (size_t)s->K + (s->K - left);
            if (left > 0 && (!best || c->logprob > best->logprob))
                best = c;
        }
        if (!best)
            break;
        s->beam[n] = *best;
        s->n_candidates[best->row]--;
    }
    return n;
}

/* The words of a hypothesis whose last word was taken at this step: read backwards. */
static void read_caption(const Search *s, int step, const Candidate *last, SearchResult *result)
{
    int32_t row = last->row;
    result->n = step + 1;
    result->logprob = last->logprob;
    result->words[step] = last->word;
    for (int t = step - 1; t >= 0; t--) {
        result->words[t] = s->trace[t].word[row];
        row = s->trace[t].parent[row];
    }
}

/* Moves one image on: its best expansions finish or survive (into kept, from `at` on). Returns how many
 * survive; 0 once the result is there.
 *
 * A hypothesis only loses probability as it goes on. So one that is no better than the best finished one
 * cannot win, nor can what its place in the beam would have gone to instead: it is dropped at once. */
static int advance(Search *s, Image *image, int step, int at, SearchResult *result)
{
    int n = best_expansions(s, image), live = 0;
    for (int i = 0; i < n; i++) {
        const Candidate *c = &s->beam[i];
        if (image->finished && c->logprob <= image->best.logprob)
            break;
        if (c->word != WORD_END) {
            s->kept[at + live++] = *c;
            continue;
        }
        image->finished = 1;
        image->best = *c;
        image->best_step = step;
    }
    if (live > 0 && step + 1 < s->options.max_length)
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
    size_t H = (size_t)s->params->shape.H, bytes = H * sizeof(real);
    int lstm = s->params->shape.cell == CELL_LSTM;
#pragma omp parallel for schedule(static)
    for (int i = 0; i < s->live; i++) {
        const Candidate *c = &s->kept[i];
        memcpy(s->h + (size_t)i * H, s->next_h + (size_t)c->row * H, bytes);
        if (lstm)
            memcpy(s->c + (size_t)i * H, s->next_c + (size_t)c->row * H, bytes);
        s->word[i] = s->trace[step].word[i] = c->word;
        s->trace[step].parent[i] = c->row;
        s->logprob[i] = c->logprob;
    }
}

void search_run(Search *s, const real *features, const int64_t *image, int n, SearchResult *results)
{
    begin(s, features, image, n);
    for (int step = 0; s->live > 0; step++) {
        int at = 0, rows = tile_rows(s->live, MOST_ROWS);
#pragma omp parallel for schedule(dynamic)
        for (int i = 0; i < s->live; i += rows)
            step_tile(s, i, s->live - i < rows ? s->live - i : rows);
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
