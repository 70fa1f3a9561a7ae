#include "pipeline/train/sum_tree.h"

#include "model/optim/regularize.h"

#include <stdlib.h>
#include <string.h>

/* --- memory --- */

/* Lists the parts of sum(k, m). */
static void list_parts(SumTree *t, int rows, int k, int m)
{
    int rank = share_owner(&t->share, rows, k);
    if (share_owner(&t->share, rows, k + m - 1) == rank) {
        t->part[t->parts++] = (TreePart){k, m, rank, NULL};
        return;
    }
    int p = share_split(m);
    list_parts(t, rows, k, p);
    list_parts(t, rows, k + p, m - p);
}

static int alloc_parts(SumTree *t)
{
    const size_t slice = t->slice[t->share.rank + 1] - t->slice[t->share.rank];
    bool first = true;
    for (int i = 0; i < t->parts; i++) {
        TreePart *p = &t->part[i];
        bool own = p->rank == t->share.rank;
        p->sum = own && first ? t->gradient : malloc((own ? t->n : slice) * sizeof *p->sum + 1);
        if (!p->sum)
            return -1;
        first = first && !own;
    }
    return 0;
}

int sum_tree_start(SumTree *t, const Share *share, int rows, float *gradient, size_t n, Err *err)
{
    size_t ranks = (size_t)share->ranks;
    *t = (SumTree){.share = *share, .shards = share_count(share, rows), .gradient = gradient, .n = n};
    t->part = calloc((size_t)t->shards, sizeof *t->part);
    t->slice = calloc(ranks + 1, sizeof *t->slice);
    if (t->part)
        list_parts(t, rows, 0, t->shards);
    for (size_t k = 0; t->slice && k <= ranks; k++)
        t->slice[k] = k * n / ranks;
    t->in = calloc((size_t)t->parts + ranks, sizeof *t->in);
    t->out = calloc((size_t)t->parts * ranks + 1, sizeof *t->out);
    return t->part && t->slice && t->in && t->out && !alloc_parts(t)
               ? 0
               : err_set(err, "no memory to sum up %d shards", t->shards);
}

void sum_tree_end(SumTree *t)
{
    for (int i = 0; i < t->parts; i++)
        if (t->part[i].sum != t->gradient)
            free(t->part[i].sum);
    free(t->part);
    free(t->slice);
    free(t->in);
    free(t->out);
    *t = (SumTree){0};
}

/* --- the sum --- */

/* This rank's parts go out in slices; the other parts' slices of this rank come in. */
static int scatter_parts(const SumTree *t, Err *err)
{
    int in = 0, out = 0, self = t->share.rank;
    const size_t *at = t->slice;
    for (int i = 0; i < t->parts; i++) {
        const TreePart *p = &t->part[i];
        if (p->rank != self)
            t->in[in++] = (RankMessage){p->rank, p->sum, (at[self + 1] - at[self]) * sizeof *p->sum};
        for (int k = 0; p->rank == self && k < t->share.ranks; k++)
            if (k != self)
                t->out[out++] = (RankMessage){k, p->sum + at[k], (at[k + 1] - at[k]) * sizeof *p->sum};
    }
    return ranks_exchange(t->in, in, t->out, out, RANKS_EAGER, err);
}

static int gather_slices(const SumTree *t, Err *err)
{
    int n = 0, self = t->share.rank;
    const size_t *at = t->slice;
    for (int k = 0; k < t->share.ranks; k++)
        if (k != self) {
            t->in[n] = (RankMessage){k, t->gradient + at[k], (at[k + 1] - at[k]) * sizeof(float)};
            t->out[n++] = (RankMessage){k, t->gradient + at[self], (at[self + 1] - at[self]) * sizeof(float)};
        }
    return ranks_exchange(t->in, n, t->out, n, RANKS_EAGER, err);
}

/* sum(k, m) of this rank's slice, from the part *at on; returns where it is. */
static float *finish_tree(const SumTree *t, int m, int *at)
{
    const TreePart *part = &t->part[*at];
    size_t from = t->slice[t->share.rank], n = t->slice[t->share.rank + 1] - from;
    if (part->n == m) {
        (*at)++;
        return part->rank == t->share.rank ? part->sum + from : part->sum;
    }
    int p = share_split(m);
    float *left = finish_tree(t, p, at), *right = finish_tree(t, m - p, at);
    gradient_add(left, right, n);
    return left;
}

int sum_tree_ranks(SumTree *t, Err *err)
{
    int at = 0;
    size_t from = t->slice[t->share.rank], n = t->slice[t->share.rank + 1] - from;
    if (scatter_parts(t, err))
        return -1;
    memmove(t->gradient + from, finish_tree(t, t->shards, &at), n * sizeof(float));
    return gather_slices(t, err);
}
