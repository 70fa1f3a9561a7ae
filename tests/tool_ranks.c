/* Measures sums over ranks: training's tree (pipeline/train/sum_tree.h) against plain MPI_Allreduce.
 *
 *   mpirun -n R build/mpi/tool_ranks ROUNDS N...
 *
 * For each number of float32 N, rank 0 prints a line "N TREE ALLREDUCE": seconds for one sum, medians over the rounds,
 * of both in turns; the time of a round is the slowest rank's. Checks that both sums are right. */
#include "io/base/clock.h"
#include "io/ranks/ranks.h"
#include "pipeline/train/sum_tree.h"
#include "tests/support/number.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_ROUNDS = 1000, MOST_RANKS = 4096 };

typedef struct {
    Share share;
    SumTree tree;
    float *x; /* (n) */
    size_t n;
} Sums;

/* Whole numbers, whose sum has no rounding. */
static void fill(Sums *s)
{
    for (size_t i = 0; i < s->n; i++)
        s->x[i] = (float)((i + (size_t)s->share.rank) % 1000);
}

static int check(const Sums *s, Err *err)
{
    for (size_t i = 0; i < s->n; i++) {
        float sum = 0;
        for (int k = 0; k < s->share.ranks; k++)
            sum += (float)((i + (size_t)k) % 1000);
        if (s->x[i] != sum)
            return err_set(err, "number %zu is %g, not %g", i, (double)s->x[i], (double)sum);
    }
    return 0;
}

/* Seconds of the slowest rank, which all begin together. */
static int time_sum(Sums *s, bool tree, double *seconds, Err *err)
{
    static double all[MOST_RANKS];
    double none = 0;
    fill(s);
    if (ranks_gather(&none, sizeof none, all, err))
        return -1;
    double began = clock_now();
    if (tree ? sum_tree_ranks(&s->tree, err) : ranks_sum(s->x, s->n, err))
        return -1;
    double took = clock_now() - began;
    if (ranks_gather(&took, sizeof took, all, err))
        return -1;
    *seconds = 0;
    for (int k = 0; k < s->share.ranks; k++)
        *seconds = all[k] > *seconds ? all[k] : *seconds;
    return check(s, err);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static int measure(Sums *s, int rounds, Err *err)
{
    double seconds[2][MOST_ROUNDS];
    for (int i = -1; i < rounds; i++) /* the first one warms up */
        for (int way = 0; way < 2; way++)
            if (time_sum(s, way == 0, &seconds[way][i < 0 ? 0 : i], err))
                return -1;
    for (int way = 0; way < 2; way++)
        qsort(seconds[way], (size_t)rounds, sizeof **seconds, by_value);
    if (s->share.rank == 0)
        printf("%zu %.9f %.9f\n", s->n, seconds[0][rounds / 2], seconds[1][rounds / 2]);
    return 0;
}

static int run(int rounds, int sizes, char **size, Err *err)
{
    if (ranks_join(err))
        return -1;
    Sums s = {.share = {ranks_count(), ranks_self(), ranks_count()}};
    int rc = s.share.ranks <= MOST_RANKS ? 0 : err_set(err, "more than %d ranks", MOST_RANKS);
    for (int i = 0; rc == 0 && i < sizes; i++) {
        s.n = (size_t)whole_number(size[i]);
        s.x = malloc(s.n * sizeof *s.x + 1);
        rc = s.x ? sum_tree_start(&s.tree, &s.share, s.share.ranks, s.x, s.n, err) : err_set(err, "out of memory");
        if (rc == 0)
            rc = measure(&s, rounds, err);
        sum_tree_end(&s.tree);
        free(s.x);
    }
    return rc;
}

int main(int argc, char **argv)
{
    Err err;
    int rounds = argc > 2 ? whole_number(argv[1]) : 0;
    bool sizes = true;
    for (int i = 2; i < argc; i++)
        sizes &= whole_number(argv[i]) >= 0;
    if (rounds < 1 || rounds > MOST_ROUNDS || !sizes) {
        fprintf(stderr, "usage: mpirun -n R tool_ranks ROUNDS N...\n");
        return 2;
    }
    int rc = run(rounds, argc - 2, argv + 2, &err);
    if (rc)
        fprintf(stderr, "tool_ranks: %s\n", err.text);
    ranks_leave(rc != 0, rc != 0);
    return rc != 0;
}
