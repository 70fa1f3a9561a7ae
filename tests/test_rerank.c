/* Consensus re-ranking: scores against numbers of a plain reference, and the order that they give. */
#include "tests/support/test.h"

#include "pipeline/sample/rerank.h"

#include <math.h>
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scores_are_the_reference_s),
        cmocka_unit_test(the_closest_comes_first),
        cmocka_unit_test(one_alone_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
