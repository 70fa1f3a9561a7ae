/* Small models to decode with, and their scores by the layers. Failures end the test. */
#ifndef COCO_TESTS_SUPPORT_TOY_SEARCH_H
#define COCO_TESTS_SUPPORT_TOY_SEARCH_H

#include "model/decode/search.h"

enum { TOY_D = 5, TOY_W = 6, TOY_H = 7 };

/* Peaked scores, so that captions differ and end. Free with params_free. */
Params toy_model(const Cell *cell, int V, uint32_t seed, double scale);

typedef struct {
    SearchResult *result;
    int32_t *words;
    int n;
} Captions;

Captions captions_new(int n, int max_length);
void captions_free(Captions *captions);
/* Captions images first .. first+n-1 of features, `at_once` at a time. */
Captions run_search(const Params *params, const SearchOptions *options, const real *features, int64_t first, int n,
                    int at_once);
/* Fails unless both are the same, to the bit. */
void same_result(const SearchResult *a, const SearchResult *b);

/* The scores (V) of the word after words (n), by the layers, one image. Returns log P(words). */
double scores_after(const Params *params, const real *features, const int32_t *words, int n, real *scores);
double logprob_of(const Params *params, const real *features, const int32_t *words, int n);

#endif
