#include "pipeline/train/shards.h"

#include "io/ranks/ranks.h"
#include "model/optim/regularize.h"
#include "pipeline/common/dataset_check.h"
#include "pipeline/train/scheduled.h"
#include "pipeline/train/self_critical.h"

#include <stdlib.h>
#include <string.h>

/* A subtree whose shards are all one rank's, and no larger one is. */
typedef struct {
    int first, n, rank;
    float *sum; /* the whole gradient if it is this rank's, else this rank's slice of it */
} Part;

enum { LEVELS = 24 }; /* of a tree; a minibatch has at most 2^20 rows */

struct Shards {
    int rows, n; /* of a minibatch, its shards */
    int each;    /* captions of a row: the samples of an image in self-critical training, else 1 */
    Part *part;  /* (parts), from the first shard to the last */
    int parts;
    float *level[LEVELS]; /* a gradient each: the right operand at a level of a part's tree */
    size_t *slice;        /* (ranks+1): where each rank's slice of the gradient begins */
    double *word;         /* (ranks, WORDS+n): what each rank says of its shards */
    RankMessage *in, *out;
    int32_t *image; /* (rows·each): of a shard */
    void *block[LEVELS * 3];
    int blocks;
};

/* The record of a rank in each iteration; the losses of its shards follow. */
enum { STOP, ZEROS, WORDS };

/* --- memory --- */

static void *take(Shards *s, size_t n, size_t size)
{
    void *block = calloc(n ? n : 1, size);
    if (!block || s->blocks == (int)(sizeof s->block / sizeof *s->block)) {
        free(block);
        return NULL;
    }
    return s->block[s->blocks++] = block;
}

void shards_end(Shards *s)
{
    if (!s)
        return;
    for (int i = 0; i < s->blocks; i++)
        free(s->block[i]);
    free(s);
}

/* Lists the parts of sum(k, m). */
static void list_parts(Shards *s, const Share *share, int k, int m)
{
    int rank = share_owner(share, s->rows, k);
    if (share_owner(share, s->rows, k + m - 1) == rank) {
        s->part[s->parts++] = (Part){k, m, rank, NULL};
        return;
    }
    int p = share_split(m);
    list_parts(s, share, k, p);
    list_parts(s, share, k + p, m - p);
}

/* The first of this rank's parts is summed up in the run's gradient itself. */
static int alloc_parts(Shards *s, const TrainRun *r)
{
    const size_t n = r->grads.n;
    const Share *share = &r->share;
    const size_t slice = s->slice[share->rank + 1] - s->slice[share->rank];
    bool first = true;
    for (int i = 0; i < s->parts; i++) {
        Part *p = &s->part[i];
        bool own = p->rank == share->rank;
        p->sum = own && first ? r->grads.data : take(s, own ? n : slice, sizeof *p->sum);
        if (!p->sum)
            return -1;
        first = first && !own;
        for (int level = 0, m = p->n; own && m > 1; level++, m = share_split(m))
            if (!s->level[level] && !(s->level[level] = take(s, n, sizeof **s->level)))
                return -1;
    }
    return 0;
}

int shards_start(TrainRun *r, int n, Err *err)
{
    const Share *share = &r->share;
    Shards *s = r->shards = calloc(1, sizeof *s);
    if (!s)
        return err_set(err, "out of memory");
    size_t ranks = (size_t)share->ranks, grads = r->grads.n;
    s->rows = n;
    s->each = samples_of(&r->state.settings);
    s->n = share_count(share, n);
    if (share->ranks > s->n)
        return err_set(err, "%d ranks are too many for %d shards of a minibatch: give --shards %d, or a multiple",
                       share->ranks, s->n, share->ranks);
    s->part = take(s, (size_t)s->n, sizeof *s->part);
    s->slice = take(s, ranks + 1, sizeof *s->slice);
    s->word = take(s, ranks * (size_t)(WORDS + s->n), sizeof *s->word);
    s->image = take(s, (size_t)n * (size_t)s->each, sizeof *s->image);
    if (!s->part || !s->slice || !s->word || !s->image)
        return err_set(err, "out of memory");
    list_parts(s, share, 0, s->n);
    for (size_t k = 0; k <= ranks; k++)
        s->slice[k] = k * grads / ranks;
    s->in = take(s, (size_t)s->parts + ranks, sizeof *s->in);
    s->out = take(s, (size_t)s->parts * ranks, sizeof *s->out);
    return s->in && s->out && !alloc_parts(s, r) ? 0 : err_set(err, "no memory to sum up %d shards", s->n);
}

/* --- a rank's shards --- */

/* The minibatch as a whole, of which this rank's rows are there. */
static int whole_batch(TrainRun *r, const Batch *b, LossBatch *all, Err *err)
{
    *all = (LossBatch){.features = b->features,
                       .captions = b->captions,
                       .grid = b->grid,
                       .image = b->image,
                       .N = b->n,
                       .T = r->data.width - 1,
                       .mode = LOSS_TRAINING,
                       .iteration = r->state.iteration + 1};
    if (r->critic)
        return self_critical_draw(r, b, all, err);
    all->inputs = scheduled_inputs(r, b);
    return 0;
}

/* Images are numbered within a batch, and a shard's are neighbours. */
static double loss_of_shard(TrainRun *r, const LossBatch *all, int k, float *gradient)
{
    Shards *s = r->shards;
    int from = share_row(&r->share, s->rows, k) * s->each, end = share_row(&r->share, s->rows, k + 1) * s->each;
    size_t at = (size_t)from;
    LossBatch rows = *all;
    rows.features += at * (size_t)r->data.features.columns;
    rows.captions += at * (size_t)(all->T + 1);
    if (all->inputs)
        rows.inputs += at * (size_t)all->T;
    if (all->weight)
        rows.weight += at;
    rows.N = end - from;
    rows.first = from;
    rows.of = all->N;
    if (all->grid) {
        int32_t first = all->image[from];
        for (int i = 0; i < rows.N; i++) {
            s->image[i] = all->image[from + i] - first;
            rows.images = s->image[i] >= rows.images ? s->image[i] + 1 : rows.images;
        }
        rows.image = s->image;
        rows.grid += (size_t)first * r->data.grid.rows.numbers;
    }
    Params grads = r->grads;
    grads.data = gradient;
    return captioner_loss(&r->model.params, r->work, &rows, &grads);
}

/* sum(k, m) into `sum`; the losses of its shards into loss (n). */
static void sum_shards(TrainRun *r, const LossBatch *all, int k, int m, int level, float *sum, double *loss)
{
    if (m == 1) {
        loss[k] = loss_of_shard(r, all, k, sum);
        return;
    }
    int p = share_split(m);
    sum_shards(r, all, k, p, level + 1, sum, loss);
    sum_shards(r, all, k + p, m - p, level + 1, r->shards->level[level], loss);
    gradient_add(sum, r->shards->level[level], r->grads.n);
}

/* --- all ranks' shards --- */

/* This rank's parts go out in slices; the other parts' slices of this rank come in. */
static int scatter_parts(const TrainRun *r, Err *err)
{
    Shards *s = r->shards;
    int in = 0, out = 0, self = r->share.rank;
    const size_t *at = s->slice;
    for (int i = 0; i < s->parts; i++) {
        const Part *p = &s->part[i];
        if (p->rank != self)
            s->in[in++] = (RankMessage){p->rank, p->sum, (at[self + 1] - at[self]) * sizeof *p->sum};
        for (int k = 0; p->rank == self && k < r->share.ranks; k++)
            if (k != self)
                s->out[out++] = (RankMessage){k, p->sum + at[k], (at[k + 1] - at[k]) * sizeof *p->sum};
    }
    return ranks_exchange(s->in, in, s->out, out, RANKS_EAGER, err);
}

static int gather_slices(const TrainRun *r, Err *err)
{
    Shards *s = r->shards;
    int n = 0, self = r->share.rank;
    const size_t *at = s->slice;
    for (int k = 0; k < r->share.ranks; k++)
        if (k != self) {
            s->in[n] = (RankMessage){k, r->grads.data + at[k], (at[k + 1] - at[k]) * sizeof(float)};
            s->out[n++] = (RankMessage){k, r->grads.data + at[self], (at[self + 1] - at[self]) * sizeof(float)};
        }
    return ranks_exchange(s->in, n, s->out, n, RANKS_EAGER, err);
}

/* sum(k, m) of this rank's slice, from the part *at on; returns where it is. */
static float *finish_tree(const TrainRun *r, int m, int *at)
{
    const Shards *s = r->shards;
    const Part *part = &s->part[*at];
    size_t from = s->slice[r->share.rank], n = s->slice[r->share.rank + 1] - from;
    if (part->n == m) {
        (*at)++;
        return part->rank == r->share.rank ? part->sum + from : part->sum;
    }
    int p = share_split(m);
    float *left = finish_tree(r, p, at), *right = finish_tree(r, m - p, at);
    gradient_add(left, right, n);
    return left;
}

static int sum_ranks(const TrainRun *r, Err *err)
{
    Shards *s = r->shards;
    int at = 0;
    size_t from = s->slice[r->share.rank], n = s->slice[r->share.rank + 1] - from;
    if (scatter_parts(r, err))
        return -1;
    memmove(r->grads.data + from, finish_tree(r, s->n, &at), n * sizeof(float));
    return gather_slices(r, err);
}

static double sum_losses(const double *loss, int m)
{
    int p = m > 1 ? share_split(m) : 0;
    return m == 1 ? *loss : sum_losses(loss, p) + sum_losses(loss + p, m - p);
}

/* What all ranks say: their losses into loss (n), whether one stops, whether one saw zeros. */
static int hear_all(TrainRun *r, double *mine, int *stop, bool *zeros, Err *err)
{
    Shards *s = r->shards;
    const size_t size = (size_t)(WORDS + s->n);
    double *loss = mine + WORDS;
    if (ranks_gather(mine, size * sizeof *mine, s->word, err))
        return -1;
    for (int k = 0; k < r->share.ranks; k++) {
        const double *word = s->word + (size_t)k * size;
        int first = share_first(&r->share, s->rows, k), end = share_first(&r->share, s->rows, k + 1);
        *stop = *stop ? *stop : (int)word[STOP];
        *zeros |= word[ZEROS] != 0.0;
        memmove(loss + first, word + WORDS + first, (size_t)(end - first) * sizeof *loss);
    }
    return 0;
}

int shards_loss(TrainRun *r, const Batch *b, int *stop, Err *err)
{
    Shards *s = r->shards;
    double *mine = s->word + (size_t)r->share.rank * (size_t)(WORDS + s->n), *loss = mine + WORDS;
    bool zeros = b->has_zeros;
    LossBatch all;
    *stop = 0;
    if (whole_batch(r, b, &all, err))
        return -1;
    for (int i = 0; i < s->parts; i++)
        if (s->part[i].rank == r->share.rank)
            sum_shards(r, &all, s->part[i].first, s->part[i].n, 0, s->part[i].sum, loss);
    if (r->share.ranks > 1) {
        mine[STOP] = report_stop(r->report);
        mine[ZEROS] = zeros;
        if (hear_all(r, mine, stop, &zeros, err) || sum_ranks(r, err))
            return -1;
    }
    r->loss = sum_losses(loss, s->n);
    if (r->critic && self_critical_rewards(r, b->n, err))
        return -1;
    return zeros ? check_zero_rows(&r->data.features, r->data.features_path, &r->warned_of_zeros, r->report, err)
                 : 0;
}
