/* Consensus re-ranking: scores against numbers of a plain reference, and the order that they give. */
#include "tests/support/test.h"

#include "pipeline/sample/caption_vectors.h"
#include "pipeline/sample/rerank.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { M = 7, LONGEST = 12 };

/* Words 1 and 2 are <START> and <END>, which do not count; nor does 0. */
static const int32_t words[M][LONGEST] = {
    {4, 5, 6, 7, 8, 2},
    {4, 5, 6, 7, 9, 8, 2},
    {4, 5, 4, 5, 4, 5, 2},
    {1, 4, 5, 6, 0, 7, 8, 2},
    {10, 2},
    {2},
    {4, 9, 11, 6, 7, 8, 12, 3, 4, 5, 6, 7},
};
static const int lengths[M] = {6, 7, 7, 8, 2, 1, 12};

/* CIDEr-D's formula in Python's floats, with dictionaries of n-grams and without document frequencies: the mean over
 * the other captions. */
static const double golden[M] = {
    3.6427530113996966, 2.9799506495119967, 0.50873659977228869, 3.6427530113996962, 0, 0, 1.3401838409572064};

static void take(SearchResult *results, int32_t copies[M][LONGEST])
{
    memcpy(copies, words, sizeof words);
    for (int i = 0; i < M; i++)
        results[i] = (SearchResult){.words = copies[i], .n = lengths[i], .logprob = -i};
}

static void scores_are_the_reference_s(void **state)
{
    (void)state;
    Err err;
    SearchResult results[M];
    int32_t copies[M][LONGEST];
    double score[M];
    take(results, copies);
    assert_int_equal(consensus(results, M, score, &err), 0);
    for (int i = 0; i < M; i++)
        assert_true(fabs(score[i] - golden[i]) < 1e-12);
}

static void the_closest_comes_first(void **state)
{
    (void)state;
    Err err;
    SearchResult results[M + 2];
    int32_t copies[M][LONGEST];
    take(results, copies);
    results[M] = results[M + 1] = (SearchResult){.n = 0, .logprob = 1};
    SearchResult first = results[0];
    results[0] = results[4]; /* one of those at the end */
    results[4] = first;
    assert_int_equal(rerank(results, M + 2, NULL, NULL, &err), 0);
    static const int order[] = {1, 6, 2, 4, 5}; /* after the two that say the same */
    /* They are equal but for rounding, so the one that was found first stays first. */
    assert_true(golden[0] > golden[3] && results[0].logprob == -3 && results[1].logprob == 0);
    for (int i = 0; i < 5; i++)
        assert_true(results[2 + i].logprob == -order[i]);
    assert_true(results[M].logprob == 1 && results[M + 1].logprob == 1);
    for (int i = 0; i < M; i++) /* the words go with their captions */
        assert_memory_equal(results[i].words, words[(int)-results[i].logprob], sizeof(int32_t));
}

static void one_alone_stays(void **state)
{
    (void)state;
    Err err;
    SearchResult results[M];
    int32_t copies[M][LONGEST];
    take(results, copies);
    results[1].n = 0;
    assert_int_equal(rerank(results, M, NULL, NULL, &err), 0);
    for (int i = 0; i < M; i++)
        assert_true(results[i].logprob == -i);
}

/* Three images, a being 4: "a b"; "a c" twice; and "c c a b", which is cut off before <END>. */
static Dataset train_of_three(void)
{
    enum { WIDTH = 5 };
    static int32_t captions[][WIDTH] = {{1, 4, 5, 2, 0}, {1, 4, 6, 2, 0}, {1, 4, 6, 2, 0}, {1, 6, 6, 4, 5}};
    static int64_t at[] = {0, 1, 3, 4}, of[] = {0, 1, 2, 3};
    return (Dataset){.n = 4,
                     .width = WIDTH,
                     .captions.ints = captions[0],
                     .features.rows = 3,
                     .caption_at = at,
                     .caption_of = of};
}

static int32_t number_of(const CaptionVectors *v, int32_t first, int32_t second)
{
    int32_t one = ngram_find(v->table.ngrams, -1, first);
    assert_true(one >= 0);
    return second ? ngram_find(v->table.ngrams, one, second) : one;
}

/* By hand. idf: a 0, b and c log(3/2), "a b" log(3/2), "a c" log 3. */
static void vectors_of_captions(void **state)
{
    (void)state;
    Err err;
    const Dataset train = train_of_three();
    CaptionVectors v;
    assert_int_equal(caption_vectors_make(&v, &train, &err), 0);
    assert_int_equal(v.n, 3);
    double *sum = calloc((size_t)v.table.known, sizeof *sum);
    assert_non_null(sum);
    caption_vectors_sum(&v, (double[]){1, 10, 0}, sum);
    assert_true(fabs(sum[number_of(&v, 5, 0)] - 1) < 1e-6); /* b alone has weight; <END> takes no share */
    assert_true(fabs(sum[number_of(&v, 5, 2)]) < 1e-12);    /* nor has an n-gram with <END> */
    assert_true(fabs(sum[number_of(&v, 4, 5)] - 1) < 1e-6);
    assert_true(fabs(sum[number_of(&v, 4, 6)] - 10) < 1e-5); /* the mean of two equal captions */
    caption_vectors_sum(&v, (double[]){0, 0, 1}, sum);
    double b = log(1.5), c = 2 * log(1.5), length = sqrt(b * b + c * c);
    assert_true(fabs(sum[number_of(&v, 6, 0)] - c / length) < 1e-6);
    assert_true(fabs(sum[number_of(&v, 5, 0)] - b / length) < 1e-6);
    free(sum);
    caption_vectors_free(&v);
}

/* Two candidates with a prediction, 32·10/4 times their share of it, and each other's weight e^(-1/3). */
static void scores_with_a_prediction(void **state)
{
    (void)state;
    Err err;
    const Dataset train = train_of_three();
    CaptionVectors v;
    assert_int_equal(caption_vectors_make(&v, &train, &err), 0);
    double *expected = calloc((size_t)v.table.known, sizeof *expected), score[2];
    assert_non_null(expected);
    expected[number_of(&v, 5, 0)] = 0.25; /* b */
    expected[number_of(&v, 4, 6)] = 0.5;  /* a c */
    int32_t first[] = {4, 5, 2}, second[] = {4, 6, 2};
    SearchResult captions[] = {{.words = first, .n = 3, .logprob = -1}, {.words = second, .n = 3, .logprob = -2}};
    assert_int_equal(consensus_with(&(ExpectedCaption){expected, &v.table}, captions, 2, score, &err), 0);
    /* With itself a caption has 2.5 for each length of n-grams in which it has weight, 1 and 2; nothing with the other. */
    double p = exp(-1.0 / 3);
    assert_true(fabs(score[0] - (5 / (1 + p) + 80 * 0.25)) < 1e-9);
    assert_true(fabs(score[1] - (5 * p / (1 + p) + 80 * 0.5)) < 1e-9);
    free(expected);
    caption_vectors_free(&v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scores_are_the_reference_s),
        cmocka_unit_test(the_closest_comes_first),
        cmocka_unit_test(one_alone_stays),
        cmocka_unit_test(vectors_of_captions),
        cmocka_unit_test(scores_with_a_prediction),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
