/* rows ─► per tile: each model's step, mean of their probabilities ─► per row: its best words
 *  ▲                                                                         │
 *  └── survivors, packed ◄── per beam: the best K of all (beam.h) ◄──────────┘
 *
 * A row is a live hypothesis. The rows of a beam are neighbours, best first, and so are the beams of an image: its
 * groups or samples. Finished beams leave and the rest close ranks. Each step records where its rows came from, so
 * that captions can be read backwards (trace.h). */
#include "model/decode/search.h"

#include "model/base/memory.h"
#include "model/decode/beam.h"
#include "model/decode/network.h"
#include "model/decode/trace.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_ROWS = 64 }; /* rows of a tile: their scores stay in a core's cache */

struct Search {
    SearchOptions options;
    Network *network[SEARCH_MODELS];
    int models;
    int looks; /* the first network with attention, whose weights the trace keeps if they are asked for */
    int V;
    int images, rows; /* at most; rows is images·beams·K */
    int beams;        /* of an image: its groups, or its samples */
    bool words_only;  /* log-probabilities are left out */
    bool screens;     /* and so are scores that bounds rule out */
    BeamRules rules;
    int live; /* rows in use */
    Blocks blocks;

    int32_t *word;         /* (rows): the word that goes in */
    double *logprob;       /* (rows): of the hypothesis so far */
    int32_t *image_of;     /* (rows) */
    int32_t *beam_of;      /* (rows) */
    int32_t *from;         /* (rows): the row of the step before that it continues */
    int32_t *history;      /* (rows,max_length): the words of a row's hypothesis, where rules ask for them */
    int32_t *chosen;       /* (rows,room): the words that expand a row */
    int room;              /* choices of a row, or V if the sampler needs it */
    Expansions expansions; /* of the rows */
    Candidate *kept;       /* (rows): the survivors, in the order of the next step's rows */
    Beam *beam;            /* (images,beams) */
    const Ending **order;  /* (beams,N): scratch */
    Rng *rng;              /* (images,beams); NULL unless the sampler draws */
    Trace trace;
};

/* --- memory --- */

int search_results(const SearchOptions *o)
{
    return o->samples > 1 ? o->samples : o->nbest > 1 ? o->nbest : 1;
}

/* How many beams an image has, and how wide they are. */
static void cut_beams(Search *s)
{
    const SearchOptions *o = &s->options;
    int total = o->beam < s->V ? o->beam : s->V;
    s->beams = o->samples > 1 ? o->samples : o->groups > 1 ? o->groups : 1;
    s->rules = (BeamRules){.K = total > s->beams ? total / s->beams : 1,
                           .N = search_results(o),
                           .max_length = o->max_length,
                           .length_norm = o->length_norm};
    s->rows = s->images * s->beams * s->rules.K;
    /* A group may lose all words that the others take. */
    s->expansions.choices = o->groups > 1 ? total : s->rules.K;
    s->room = sampler_needs_room(o->sampler, &o->choice) ? s->V : s->expansions.choices;
}

/* What may be left out where nobody asks for log-probabilities: among several hypotheses they choose, and order
 * samples. */
static void leave_out(Search *s, const Params *params, int models)
{
    const SearchOptions *o = &s->options;
    s->words_only = o->words_only && s->rules.K == 1 && s->beams == 1;
    s->screens =
        s->words_only && models == 1 && o->sampler == &sampler_best && network_screens(params, o->precision);
}

static void alloc_rows(Search *s)
{
    Blocks *b = &s->blocks;
    Expansions *x = &s->expansions;
    size_t rows = (size_t)s->rows;
    s->word = blocks_alloc(b, rows, sizeof *s->word);
    s->logprob = blocks_alloc(b, rows, sizeof *s->logprob);
    s->image_of = blocks_alloc(b, rows, sizeof *s->image_of);
    s->beam_of = blocks_alloc(b, rows, sizeof *s->beam_of);
    s->from = blocks_alloc(b, rows, sizeof *s->from);
    if (rules_any(&s->options.rules))
        s->history = blocks_alloc(b, rows * (size_t)s->options.max_length, sizeof *s->history);
    s->chosen = blocks_alloc(b, rows * (size_t)s->room, sizeof *s->chosen);
    s->kept = blocks_alloc(b, rows, sizeof *s->kept);
    x->candidate = blocks_alloc(b, rows * (size_t)x->choices, sizeof *x->candidate);
    x->n = blocks_alloc(b, rows, sizeof *x->n);
    x->taken = blocks_alloc(b, rows, sizeof *x->taken);
    x->uses = s->options.groups > 1 ? blocks_alloc(b, (size_t)s->V, sizeof *x->uses) : NULL;
}

static void alloc_beams(Search *s)
{
    size_t beams = (size_t)s->images * (size_t)s->beams, N = (size_t)s->rules.N;
    Ending *ending = blocks_alloc(&s->blocks, beams * N, sizeof *ending);
    s->beam = blocks_alloc(&s->blocks, beams, sizeof *s->beam);
    s->order = blocks_alloc(&s->blocks, (size_t)s->beams * N, sizeof *s->order);
    s->rng = s->options.sampler->draws ? blocks_alloc(&s->blocks, beams, sizeof *s->rng) : NULL;
    for (size_t i = 0; i < beams && !s->blocks.failed; i++)
        s->beam[i].best = ending + i * N;
}

Search *search_new_ensemble(const SearchModel *models, int n, const SearchOptions *options, int images)
{
    Search *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->options = *options;
    s->images = images;
    s->V = models[0].params->shape.V;
    cut_beams(s);
    leave_out(s, models[0].params, n);
    alloc_rows(s);
    alloc_beams(s);
    while (s->looks < n - 1 && !models[s->looks].params->shape.attention)
        s->looks++;
    const SearchModel *look = &models[s->looks];
    trace_alloc(&s->trace, &s->blocks, options->max_length, s->rows,
                look->params->shape.attention && options->attention ? look->places : 0);
    for (; s->models < n && !s->blocks.failed; s->models++) {
        const NetworkSizes sizes = {.images = images,
                                    .rows = s->rows,
                                    .words_only = s->screens,
                                    .places = models[s->models].places,
                                    .precision = options->precision};
        s->network[s->models] = network_new(models[s->models].params, &sizes);
        s->blocks.failed |= !s->network[s->models];
    }
    if (s->blocks.failed) {
        search_free(s);
        return NULL;
    }
    return s;
}

Search *search_new(const Params *params, const SearchOptions *options, int images)
{
    return search_new_ensemble(&(SearchModel){params, options->places}, 1, options, images);
}

void search_free(Search *s)
{
    if (!s)
        return;
    for (int i = 0; i < SEARCH_MODELS; i++)
        network_free(s->network[i]);
    blocks_free(&s->blocks);
    free(s);
}

/* --- a step of the rows --- */

/* NumPy's RandomState([seed, image]), and of all samples but the first RandomState([seed, low, high, sample]). */
static void seed_beam(Search *s, int beam, int64_t image)
{
    const uint32_t key[] = {s->options.seed, (uint32_t)image, (uint32_t)((uint64_t)image >> 32),
                            (uint32_t)(beam % s->beams)};
    rng_seed_array(&s->rng[beam], key, key[3] ? 4 : key[2] ? 3 : 2);
}

/* One row for each beam. */
static void begin(Search *s, const SearchInput *in)
{
    for (int i = 0; i < s->models; i++)
        network_begin(s->network[i], in[i].features, in->n, in[i].grid, in->n, s->beams, NULL);
    s->live = in->n * s->beams;
    for (int b = 0; b < s->live; b++) {
        s->beam[b] = (Beam){.first = b, .n = 1, .best = s->beam[b].best};
        s->beam_of[b] = b;
        s->image_of[b] = b / s->beams;
        s->word[b] = WORD_START;
        s->logprob[b] = 0;
        if (s->rng)
            seed_beam(s, b, in->image[b / s->beams]);
    }
}

/* Turns the first model's scores of a row into the logarithm of the models' mean probability. */
static void mix(const Search *s, int row)
{
    double norm[SEARCH_MODELS];
    real *out = network_scores(s->network[0], row);
    for (int i = 0; i < s->models; i++)
        norm[i] = log_sum_exp(s->V, network_scores(s->network[i], row));
    for (int j = 0; j < s->V; j++) {
        double sum = 0;
        for (int i = 0; i < s->models; i++)
            sum += exp((double)network_scores(s->network[i], row)[j] - norm[i]);
        out[j] = (real)log(sum / s->models);
    }
}

/* Takes the words that the rules ban out of a row's scores. */
static void ban(Search *s, int row, int step)
{
    if (!s->history)
        return;
    int32_t *history = s->history + (size_t)row * (size_t)s->options.max_length;
    trace_words(&s->trace, row, step, history);
    rules_ban(&s->options.rules, s->V, history, step, network_scores(s->network[0], row));
}

/* The n words that expand a row. With words_only their log-probability counts as 0. */
static void put_candidates(Search *s, int row, int n, double norm)
{
    const real *scores = network_scores(s->network[0], row);
    const int32_t *words = s->chosen + (size_t)row * (size_t)s->room;
    Candidate *c = s->expansions.candidate + (size_t)row * (size_t)s->expansions.choices;
    while (n > 1 && scores[words[n - 1]] == (real)-INFINITY) /* banned */
        n--;
    for (int i = 0; i < n; i++) {
        double logprob = s->words_only ? 0 : s->logprob[row] + ((double)scores[words[i]] - norm);
        c[i] = (Candidate){logprob, logprob, row, words[i]};
    }
    s->expansions.n[row] = n;
    s->expansions.taken[row] = 0;
}

static void expand_row(Search *s, int row, int step)
{
    const SearchOptions *o = &s->options;
    real *scores = network_scores(s->network[0], row);
    if (s->models > 1)
        mix(s, row);
    double norm = s->words_only ? 0 : log_sum_exp(s->V, scores);
    ban(s, row, step);
    int n = o->sampler->choose(&o->choice, s->V, scores, s->expansions.choices,
                               s->rng ? &s->rng[s->beam_of[row]] : NULL, s->chosen + (size_t)row * (size_t)s->room);
    put_candidates(s, row, n, norm);
}

/* The same by bounds of the scores. */
static void expand_by_bounds(Search *s, int first, int n, int step)
{
    for (int i = first; i < first + n; i++)
        ban(s, i, step);
    network_best(s->network[0], first, n, s->chosen); /* a row has one choice, so that its room is 1 */
    for (int i = first; i < first + n; i++)
        put_candidates(s, i, 1, 0);
}

static void step_tile(Search *s, int first, int n, int step)
{
    for (int i = 0; i < s->models; i++)
        network_step(s->network[i], first, n, s->word, s->image_of);
    for (int i = first; s->trace.places && i < first + n; i++)
        trace_weights(&s->trace, step, i, network_looks(s->network[s->looks], i));
    if (s->screens)
        expand_by_bounds(s, first, n, step);
    for (int i = first; !s->screens && i < first + n; i++)
        expand_row(s, i, step);
}

/* Advances the beams of image k, one after the other. Returns how many hypotheses survive. */
static int advance_image(Search *s, int k, int step, int at)
{
    int first = at;
    if (s->expansions.uses)
        memset(s->expansions.uses, 0, (size_t)s->V * sizeof *s->expansions.uses);
    for (int b = k * s->beams; b < (k + 1) * s->beams; b++) {
        Beam *beam = &s->beam[b];
        if (beam->n == 0)
            continue;
        if (s->expansions.uses && b > k * s->beams)
            beam_price(beam, &s->expansions, s->options.diversity);
        beam->n = beam_advance(&s->rules, beam, &s->expansions, step, s->kept + at);
        beam->first = at;
        for (int end = at + beam->n; at < end; at++) {
            s->beam_of[at] = b;
            s->image_of[at] = k;
        }
    }
    return at - first;
}

/* The survivors become the rows of the next step. */
static void close_ranks(Search *s, int step)
{
    for (int i = 0; i < s->live; i++) {
        const Candidate *c = &s->kept[i];
        trace_add(&s->trace, step, i, c->row, c->word, c->logprob);
        s->from[i] = c->row;
        s->word[i] = c->word;
        s->logprob[i] = c->logprob;
    }
    for (int i = 0; i < s->models; i++)
        network_gather(s->network[i], s->from, s->live);
}

/* --- results --- */

static void read_caption(const Search *s, const Ending *e, SearchResult *result)
{
    int step = e->step;
    int32_t row = e->last.row;
    result->n = step + 1;
    result->logprob = s->words_only ? NAN : e->last.logprob;
    result->words[step] = e->last.word;
    trace_words(&s->trace, row, step, result->words);
    if (result->word_logprob) {
        trace_logprobs(&s->trace, row, step, result->word_logprob);
        result->word_logprob[step] = e->last.logprob - trace_logprob(&s->trace, row, step);
    }
    if (s->trace.places)
        trace_looks(&s->trace, row, step, result->attention);
}

/* Whether the caption of results[n] is among those before it. */
static bool repeats(const SearchResult *results, int n)
{
    for (int i = 0; i < n; i++)
        if (results[i].n == results[n].n &&
            !memcmp(results[i].words, results[n].words, (size_t)results[n].n * sizeof *results->words))
            return true;
    return false;
}

static void write_results(Search *s, int k, SearchResult *results)
{
    int endings = beams_sort(&s->rules, s->beam + (size_t)k * (size_t)s->beams, s->beams, s->order), n = 0;
    for (int i = 0; i < endings && n < s->rules.N; i++) {
        read_caption(s, s->order[i], &results[n]);
        n += s->options.groups <= 1 || !repeats(results, n); /* groups may find the same */
    }
    for (; n < s->rules.N; n++) {
        results[n].n = 0;
        results[n].logprob = NAN;
    }
}

void search_run(Search *s, const SearchInput *in, SearchResult *results)
{
    begin(s, in);
    for (int step = 0; s->live > 0; step++) {
        int at = 0, rows = tile_rows(s->live, MOST_ROWS);
#pragma omp parallel for schedule(dynamic)
        for (int i = 0; i < s->live; i += rows)
            step_tile(s, i, s->live - i < rows ? s->live - i : rows, step);
        for (int k = 0; k < in->n; k++)
            at += advance_image(s, k, step, at);
        s->live = at;
        close_ranks(s, step);
    }
    for (int k = 0; k < in->n; k++)
        write_results(s, k, results + (size_t)k * (size_t)s->rules.N);
}
