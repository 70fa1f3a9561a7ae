#include "pipeline/sample/rerank.h"

#include <math.h>
#include <stdlib.h>

/* Captions that differ in a word that no other has ("a red car", "a blue car") are often equal but for rounding. */
static const double PRECISION = 1e9;

/* By insertion, which keeps the order of equal ones; there are few. */
static void sort(SearchResult *results, double *score, int m)
{
    for (int i = 1; i < m; i++) {
        SearchResult result = results[i];
        double s = score[i];
        int j = i;
        for (; j > 0 && score[j - 1] < s; j--) {
            results[j] = results[j - 1];
            score[j] = score[j - 1];
        }
        results[j] = result;
        score[j] = s;
    }
}

static int score_of(const SearchResult *results, int m, const Neighbors *neighbors, const double *weight,
                    double *score, Err *err)
{
    return neighbors ? neighbors_consensus(neighbors, weight, results, m, score, err)
                     : consensus(results, m, score, err);
}

int rerank(SearchResult *results, int n, const Neighbors *neighbors, const double *weight, Err *err)
{
    int m = 0;
    while (m < n && results[m].n)
        m++;
    if (m < 2)
        return 0;
    double *score = malloc((size_t)m * sizeof *score);
    int rc = score ? score_of(results, m, neighbors, weight, score, err) : err_set(err, "out of memory");
    for (int i = 0; rc == 0 && i < m; i++)
        score[i] = round(score[i] * PRECISION);
    if (rc == 0)
        sort(results, score, m);
    free(score);
    return rc;
}
