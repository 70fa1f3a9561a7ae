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
#include "model/base/memory.h"
#include "model/cell/step.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const Gemm float32 = {PRECISION_FLOAT32, NULL}; /* for what is computed once, or once per image */

enum { MOST_ROWS = 64 }; /* rows of a tile: their scores stay in a core's cache */

typedef struct {
    double logprob; /* of the hypothesis with this word */
    double rank;    /* the same, less what its word costs a group that others have chosen before */
    int32_t row;    /* the row it expands */
    int32_t word;
} Candidate;

/* A hypothesis that has taken its last word. */
typedef struct {
    Candidate last;
    int step;      /* where it took it */
    bool finished; /* it is <END> */
} Ending;

/* A beam: all hypotheses of an image, or those of a group, or a sample. */
typedef struct {
    int first, n; /* its rows: n live hypotheses; 0 once it is done */
    int finished; /* hypotheses that have taken <END> */
    Ending *best; /* (N): the best finished ones, best first; at the end the best live ones fill the places left */
    int n_best;
} Beam;

/* The rows of one step, for reading captions backwards. */
typedef struct {
    int32_t *word;   /* (rows): the word that made the row */
    int32_t *parent; /* (rows): the row of the step before that it came from */
    double *logprob; /* (rows): of the hypothesis */
} Trace;

struct Search {
    const Params *params;
    SearchOptions options;
    int images, rows; /* at most; rows is images·beams·K */
    int beams;        /* of an image: its groups, or its samples */
    int K;            /* live hypotheses of a beam, at most */
    int N;            /* results of an image */
    int choices;      /* words that may expand a row */
    int GH, CH;       /* widths of the gates and of what is carried besides h */
    int live;         /* rows in use */
    Blocks blocks;

    Panels Wh, W_vocab; /* the weights of the loop, packed once */
    Recurrence recurrence;
    real *E;          /* (V,GH) */
    real *h, *next_h; /* (rows,H) */
    real *c, *next_c; /* (rows,CH) */
    real *a, *ah;     /* (rows,GH) */
    real *scores;     /* (rows,V) */
    int32_t *word;    /* (rows): the word that goes in */
    double *logprob;  /* (rows): of the hypothesis so far */
    int *image_of;    /* (rows) */
    int *beam_of;     /* (rows) */
    int32_t *history; /* (rows,max_length): the words of a row's hypothesis, where rules ask for them */
    int32_t *chosen;  /* (rows,choices): the words that expand a row; with room for V where the sampler needs it */
    Candidate *candidate; /* (rows,choices): a row's expansions, best first */
    int *n_candidates;    /* (rows): how many */
    int *taken;           /* (rows): how many of these the merge has taken */
    Candidate *kept;      /* (rows): the survivors, in the order of the next step's rows */
    Candidate *expansion; /* (K): the best expansions of one beam */
    Beam *beam;           /* (images,beams) */
    Ending *ending;       /* (images,beams,N): the beams' lists */
    const Ending **order; /* (beams·N): those of one image, best first */
    int *uses;            /* (V): how often a word was chosen at this step, by the groups before; NULL: one group */
    Rng *rng;             /* (images,beams); NULL unless the sampler draws */
    Trace *trace;         /* (max_length) */
};

/* --- memory --- */

static real *reals(Search *s, size_t rows, int width)
{
    return blocks_alloc(&s->blocks, rows * (size_t)width, sizeof(real));
}

/* A row of `chosen`. */
static int chosen_width(const Search *s)
{
    return sampler_needs_room(s->options.sampler, &s->options.choice) ? s->params->shape.V : s->choices;
}

static void alloc_rows(Search *s)
{
    const ModelShape *shape = &s->params->shape;
    size_t rows = (size_t)s->rows, beams = (size_t)s->images * (size_t)s->beams;
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
    s->beam_of = blocks_alloc(&s->blocks, rows, sizeof *s->beam_of);
    s->expansion = blocks_alloc(&s->blocks, (size_t)s->K, sizeof *s->expansion);
    if (rules_any(&s->options.rules))
        s->history = blocks_alloc(&s->blocks, rows * (size_t)s->options.max_length, sizeof *s->history);
    s->chosen = blocks_alloc(&s->blocks, rows * (size_t)chosen_width(s), sizeof *s->chosen);
    s->candidate = blocks_alloc(&s->blocks, rows * (size_t)s->choices, sizeof *s->candidate);
    s->kept = blocks_alloc(&s->blocks, rows, sizeof *s->kept);
    s->n_candidates = blocks_alloc(&s->blocks, rows, sizeof *s->n_candidates);
    s->taken = blocks_alloc(&s->blocks, rows, sizeof *s->taken);
    s->beam = blocks_alloc(&s->blocks, beams, sizeof *s->beam);
    s->ending = blocks_alloc(&s->blocks, beams * (size_t)s->N, sizeof *s->ending);
    s->order = blocks_alloc(&s->blocks, (size_t)s->beams * (size_t)s->N, sizeof *s->order);
    s->uses = s->options.groups > 1 ? blocks_alloc(&s->blocks, (size_t)shape->V, sizeof *s->uses) : NULL;
    s->rng = s->options.sampler->draws ? blocks_alloc(&s->blocks, beams, sizeof *s->rng) : NULL;
    s->trace = blocks_alloc(&s->blocks, (size_t)s->options.max_length, sizeof *s->trace);
}

static Panels alloc_panels(Search *s, int k, int n)
{
    Precision precision = s->options.precision;
    return (Panels){precision, k, n, blocks_alloc(&s->blocks, panels_bytes(precision, k, n), 1)};
}

/* Few blocks hold the traces of all steps. */
static void alloc_trace(Search *s)
{
    size_t steps = (size_t)s->options.max_length, rows = (size_t)s->rows;
    int32_t *block = blocks_alloc(&s->blocks, 2 * steps * rows, sizeof *block);
    double *logprob = blocks_alloc(&s->blocks, steps * rows, sizeof *logprob);
    for (size_t t = 0; t < steps && !s->blocks.failed; t++)
        s->trace[t] = (Trace){block + 2 * t * rows, block + (2 * t + 1) * rows, logprob + t * rows};
}

int search_results(const SearchOptions *o)
{
    return o->samples > 1 ? o->samples : o->nbest > 1 ? o->nbest : 1;
}

/* How many beams an image has, and how wide they are. */
static void cut_beams(Search *s, const SearchOptions *o, int V)
{
    int total = o->beam < V ? o->beam : V;
    s->beams = o->samples > 1 ? o->samples : o->groups > 1 ? o->groups : 1;
    s->K = o->samples > 1 || total < s->beams ? 1 : total / s->beams;
    s->N = search_results(o);
    s->choices = o->groups > 1 ? total : s->K;
    s->rows = s->images * s->beams * s->K;
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
    cut_beams(s, options, shape->V);
    s->GH = shape->cell->gates * shape->H;
    s->CH = shape->cell->carried * shape->H;
    alloc_rows(s);
    alloc_trace(s);
    s->Wh = alloc_panels(s, shape->H, s->GH);
    s->W_vocab = alloc_panels(s, shape->H, shape->V);
    if (s->blocks.failed) {
        search_free(s);
        return NULL;
    }
    s->recurrence = (Recurrence){.cell = shape->cell, .H = shape->H, .own = cell_params(params), .Wh = &s->Wh};
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
    blocks_free(&s->blocks);
    free(s);
}

/* --- a step of the network --- */

static Rows tile_of(const real *m, int width, int row)
{
    return rows_of(m ? m + (size_t)row * (size_t)width : NULL, (size_t)width);
}

/* NumPy's RandomState([seed, image]), and of all samples but the first RandomState([seed, low, high, sample]). */
static void seed_beam(Search *s, int beam, int64_t image)
{
    const uint32_t key[] = {s->options.seed, (uint32_t)image, (uint32_t)((uint64_t)image >> 32),
                            (uint32_t)(beam % s->beams)};
    rng_seed_array(&s->rng[beam], key, key[3] ? 4 : key[2] ? 3 : 2);
}

/* The first row of a beam. */
static void begin_beam(Search *s, int beam)
{
    int k = beam / s->beams;
    s->beam[beam] = (Beam){.first = beam, .n = 1, .best = s->ending + (size_t)beam * (size_t)s->N};
    s->beam_of[beam] = beam;
    s->image_of[beam] = k;
    s->word[beam] = WORD_START;
    s->logprob[beam] = 0;
}

/* h0, and one row for each beam. */
static void begin(Search *s, const real *features, const int64_t *image, int n)
{
    const Params *p = s->params;
    int D = p->shape.D, H = p->shape.H;
    real *h0 = s->beams > 1 ? s->next_h : s->h;
    if (s->CH)
        memset(s->c, 0, (size_t)s->rows * (size_t)s->CH * sizeof *s->c);
    affine_forward(float32, h0, features, param(p, W_PROJ), param(p, B_PROJ), n, D, H);
    s->live = n * s->beams;
    for (int b = 0; b < s->live; b++) {
        begin_beam(s, b);
        if (s->rng)
            seed_beam(s, b, image[b / s->beams]);
        if (h0 != s->h)
            memcpy(s->h + (size_t)b * (size_t)H, h0 + (size_t)(b / s->beams) * (size_t)H, (size_t)H * sizeof *h0);
    }
}

/* Reads the words of a row backwards, those before `step`, into words (step). */
static void read_back(const Search *s, int32_t row, int step, int32_t *words)
{
    for (int t = step - 1; t >= 0; t--) {
        words[t] = s->trace[t].word[row];
        row = s->trace[t].parent[row];
    }
}

static void expand_row(Search *s, int row, int step)
{
    int V = s->params->shape.V;
    real *scores = s->scores + (size_t)row * (size_t)V;
    Candidate *c = s->candidate + (size_t)row * (size_t)s->choices;
    int32_t *words = s->chosen + (size_t)row * (size_t)chosen_width(s);
    Rng *rng = s->rng ? &s->rng[s->beam_of[row]] : NULL;
    double norm = log_sum_exp(V, scores);
    if (s->history) {
        int32_t *history = s->history + (size_t)row * (size_t)s->options.max_length;
        read_back(s, row, step, history);
        rules_ban(&s->options.rules, V, history, step, scores);
    }
    int n = s->options.sampler->choose(&s->options.choice, V, scores, s->choices, rng, words);
    while (n > 1 && scores[words[n - 1]] == (real)-INFINITY) /* banned */
        n--;
    for (int i = 0; i < n; i++) {
        double logprob = s->logprob[row] + ((double)scores[words[i]] - norm);
        c[i] = (Candidate){logprob, logprob, row, words[i]};
    }
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
    step_forward(&s->recurrence, (StepInput){tile_of(s->E, s->GH, 0), s->word + first}, &step);
    gemm_panels(n, next_h.at, next_h.ld, &s->W_vocab, param(p, B_VOCAB), 0, scores.at, scores.ld);
    for (int i = first; i < first + n; i++)
        expand_row(s, i, at);
}

/* --- a step of the search --- */

static int by_rank(const void *a, const void *b)
{
    const Candidate *x = a, *y = b;
    return x->rank > y->rank ? -1 : x->rank < y->rank ? 1 : (x->word > y->word) - (x->word < y->word);
}

/* Makes words that the groups before have chosen at this step less attractive: diverse beam search. */
static void penalise(Search *s, const Beam *beam)
{
    for (int r = beam->first; r < beam->first + beam->n; r++) {
        Candidate *c = s->candidate + (size_t)r * (size_t)s->choices;
        for (int i = 0; i < s->n_candidates[r]; i++)
            c[i].rank = c[i].logprob - s->options.diversity * s->uses[c[i].word];
        qsort(c, (size_t)s->n_candidates[r], sizeof *c, by_rank);
    }
}

/* Merges the sorted expansions of a beam's rows into s->expansion; returns how many there are. */
static int best_expansions(Search *s, const Beam *beam)
{
    int n = 0;
    for (; n < s->K; n++) {
        const Candidate *best = NULL;
        for (int r = beam->first; r < beam->first + beam->n; r++) {
            const Candidate *c = s->candidate + (size_t)r * (size_t)s->choices + s->taken[r];
            if (s->taken[r] < s->n_candidates[r] && (!best || c->rank > best->rank))
                best = c;
        }
        if (!best)
            break;
        s->expansion[n] = *best;
        s->taken[best->row]++;
    }
    return n;
}

/* What hypotheses of `steps` steps are compared by. */
static double rank_of(const Search *s, const Candidate *c, int steps)
{
    double A = s->options.length_norm;
    return A > 0 ? c->logprob / pow(steps, A) : c->logprob;
}

static double rank_of_ending(const Search *s, const Ending *e)
{
    return rank_of(s, &e->last, e->step + 1);
}

/* Takes a hypothesis that ends at this step among the best N; of equal ones the first stays before. */
static void finish(const Search *s, Beam *beam, int step, const Candidate *c)
{
    const Ending ending = {*c, step, true};
    int at = beam->n_best;
    beam->finished++;
    while (at > 0 && rank_of_ending(s, &ending) > rank_of_ending(s, &beam->best[at - 1]))
        at--;
    if (at == s->N)
        return;
    if (beam->n_best < s->N)
        beam->n_best++;
    for (int i = beam->n_best - 1; i > at; i--)
        beam->best[i] = beam->best[i - 1];
    beam->best[at] = ending;
}

/* Whether neither the survivor c of this step nor its successors can be among the best N.
 *
 * A hypothesis only loses probability as it grows, so without a length norm one that is no better than the N-th best
 * finished one is beaten. With a norm it may catch up: then the rule is the plain one, that K have finished and N of them
 * are as good. */
static bool beaten(const Search *s, const Beam *beam, int step, const Candidate *c)
{
    if (beam->n_best < s->N || (s->options.length_norm > 0 && beam->finished < s->K))
        return false;
    return rank_of(s, c, step + 1) <= rank_of_ending(s, &beam->best[s->N - 1]);
}

/* Advances one beam: its best expansions finish or survive (into kept, from `at` on). Returns how many survive; 0 once the
 * beam is done. */
static int advance(Search *s, Beam *beam, int step, int at)
{
    int n = best_expansions(s, beam), live = 0;
    for (int i = 0; i < n; i++) {
        const Candidate *c = &s->expansion[i];
        if (s->uses)
            s->uses[c->word]++;
        if (s->options.length_norm <= 0 && beaten(s, beam, step, c))
            continue;
        if (c->word == WORD_END)
            finish(s, beam, step, c);
        else
            s->kept[at + live++] = *c;
    }
    if (live > 0 && step + 1 < s->options.max_length && !beaten(s, beam, step, &s->kept[at]))
        return live;
    for (int i = 0; i < live && beam->n_best < s->N; i++)
        beam->best[beam->n_best++] = (Ending){s->kept[at + i], step, false};
    return 0;
}

/* Advances the beams of image k, one after the other. Returns how many hypotheses survive. */
static int advance_image(Search *s, int k, int step, int at)
{
    int first = at;
    if (s->uses)
        memset(s->uses, 0, (size_t)s->params->shape.V * sizeof *s->uses);
    for (int b = k * s->beams; b < (k + 1) * s->beams; b++) {
        Beam *beam = &s->beam[b];
        if (beam->n == 0)
            continue;
        if (s->uses && b > k * s->beams)
            penalise(s, beam);
        beam->n = advance(s, beam, step, at);
        beam->first = at;
        for (int i = 0; i < beam->n; i++) {
            s->beam_of[at + i] = b;
            s->image_of[at + i] = k;
        }
        at += beam->n;
    }
    return at - first;
}

/* --- results --- */

static void read_caption(const Search *s, const Ending *e, SearchResult *result)
{
    int32_t row = e->last.row;
    double logprob = e->last.logprob;
    result->n = e->step + 1;
    result->logprob = logprob;
    result->words[e->step] = e->last.word;
    read_back(s, row, e->step, result->words);
    for (int t = e->step; result->word_logprob && t >= 0; t--) {
        double before = t > 0 ? s->trace[t - 1].logprob[row] : 0;
        result->word_logprob[t] = logprob - before;
        logprob = before;
        row = t > 0 ? s->trace[t - 1].parent[row] : 0;
    }
}

/* Whether the caption is among those before it. */
static bool repeats(const SearchResult *results, int n)
{
    for (int i = 0; i < n; i++)
        if (results[i].n == results[n].n &&
            !memcmp(results[i].words, results[n].words, (size_t)results[n].n * sizeof *results->words))
            return true;
    return false;
}

/* Sorts the endings of image k's beams, best first: finished ones before live ones. Returns how many there are. */
static int sort_endings(Search *s, int k)
{
    int n = 0;
    for (int b = k * s->beams; b < (k + 1) * s->beams; b++)
        for (int i = 0; i < s->beam[b].n_best; i++) {
            const Ending *e = &s->beam[b].best[i];
            int at = n++;
            for (; at > 0; at--) {
                const Ending *before = s->order[at - 1];
                if (e->finished == before->finished ? rank_of_ending(s, e) <= rank_of_ending(s, before)
                                                    : before->finished)
                    break;
                s->order[at] = before;
            }
            s->order[at] = e;
        }
    return n;
}

static void write_results(Search *s, int k, SearchResult *results)
{
    int endings = sort_endings(s, k), n = 0;
    for (int i = 0; i < endings && n < s->N; i++) {
        read_caption(s, s->order[i], &results[n]);
        n += s->options.groups <= 1 || !repeats(results, n); /* groups may find the same */
    }
    for (; n < s->N; n++) {
        results[n].n = 0;
        results[n].logprob = NAN;
    }
}

/* --- the search --- */

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
        s->word[i] = s->trace[step].word[i] = c->word;
        s->trace[step].parent[i] = c->row;
        s->trace[step].logprob[i] = s->logprob[i] = c->logprob;
    }
}

void search_run(Search *s, const real *features, const int64_t *image, int n, SearchResult *results)
{
    begin(s, features, image, n);
    for (int step = 0; s->live > 0; step++) {
        int at = 0, rows = tile_rows(s->live, MOST_ROWS);
#pragma omp parallel for schedule(dynamic)
        for (int i = 0; i < s->live; i += rows)
            step_tile(s, i, s->live - i < rows ? s->live - i : rows, step);
        for (int k = 0; k < n; k++)
            at += advance_image(s, k, step, at);
        s->live = at;
        close_ranks(s, step);
    }
    for (int k = 0; k < n; k++)
        write_results(s, k, results + (size_t)k * (size_t)s->N);
}
