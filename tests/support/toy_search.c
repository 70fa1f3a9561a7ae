#include "tests/support/toy_search.h"

#include "model/cell/sequence.h"
#include "model/layers.h"
#include "tests/support/unit.h"

#include <stdlib.h>
#include <string.h>

/* Peaked scores, so that captions differ and end. */
Params toy_model(const Cell *cell, int V, uint32_t seed, double scale)
{
    Params p;
    ModelShape shape = {.cell = cell, .D = TOY_D, .W = TOY_W, .H = TOY_H, .V = V};
    Rng rng;
    assert_int_equal(params_alloc(&p, &shape), 0);
    rng_seed(&rng, seed);
    for (size_t i = 0; i < p.n; i++)
        p.data[i] = (real)(scale * rng_randn(&rng));
    return p;
}

Captions captions_new(int n, int max_length)
{
    Captions c = {calloc((size_t)n, sizeof *c.result), calloc((size_t)n * (size_t)max_length, sizeof *c.words), n};
    assert_true(c.result && c.words);
    for (int i = 0; i < n; i++)
        c.result[i].words = c.words + (size_t)i * (size_t)max_length;
    return c;
}

void captions_free(Captions *c)
{
    free(c->result);
    free(c->words);
}

/* Captions images first .. first+n-1 of features, `at_once` at a time. */
Captions run_search(const Params *p, const SearchOptions *o, const real *features, int64_t first, int n,
                    int at_once)
{
    Captions c = captions_new(n, o->max_length);
    Search *s = search_new(p, o, at_once);
    int64_t image[64];
    assert_non_null(s);
    for (int i = 0; i < n; i += at_once) {
        int k = n - i < at_once ? n - i : at_once;
        for (int j = 0; j < k; j++)
            image[j] = first + i + j;
        search_run(s, &(SearchInput){.features = features + (first + i) * TOY_D, .image = image, .n = k},
                   c.result + i);
    }
    search_free(s);
    return c;
}

void same_result(const SearchResult *a, const SearchResult *b)
{
    assert_int_equal(a->n, b->n);
    assert_memory_equal(a->words, b->words, (size_t)a->n * sizeof *a->words);
    assert_true(a->logprob == b->logprob); /* the same bits */
}

/* The scores (V) of the word after words (n), by the layers, one image. Returns log P(words). */
double scores_after(const Params *p, const real *features, const int32_t *words, int n, real *scores)
{
    int V = p->shape.V;
    real h[TOY_H], next[TOY_H], c[TOY_H] = {0}, next_c[TOY_H], a[4 * TOY_H], ah[4 * TOY_H], x[TOY_W];
    double sum = 0;
    Sequence s = {p->shape.cell,  1,    1,      TOY_W, TOY_H, x, h, c, param(p, WX), param(p, WH), param(p, B),
                  cell_params(p), next, next_c, a,     ah};
    temporal_affine_forward(h, features, param(p, W_PROJ), param(p, B_PROJ), 1, TOY_D, TOY_H);
    for (int t = 0; t <= n; t++) {
        int32_t in = t ? words[t - 1] : WORD_START;
        word_embedding_forward(x, &in, param(p, W_EMBED), 1, TOY_W);
        sequence_forward(&s);
        memcpy(h, next, sizeof h);
        if (p->shape.cell->carried)
            memcpy(c, next_c, sizeof c);
        temporal_affine_forward(scores, h, param(p, W_VOCAB), param(p, B_VOCAB), 1, TOY_H, V);
        if (t < n)
            sum += (double)scores[words[t]] - log_sum_exp(V, scores);
    }
    return sum;
}

double logprob_of(const Params *p, const real *features, const int32_t *words, int n)
{
    real *scores = array((size_t)p->shape.V);
    double sum = scores_after(p, features, words, n, scores);
    free(scores);
    return sum;
}
