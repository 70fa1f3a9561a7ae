#include "pipeline/train/shards.h"

#include "io/ranks/ranks.h"
#include "model/optim/regularize.h"
#include "pipeline/common/dataset_check.h"
#include "pipeline/train/scheduled.h"
#include "pipeline/train/self_critical.h"
#include "pipeline/train/sum_tree.h"

#include <stdlib.h>
#include <string.h>

enum { LEVELS = 24 }; /* of a tree; a minibatch has at most 2^20 rows */

struct Shards {
    int rows, n;          /* of a minibatch, its shards */
    int each;             /* captions of a row: the samples of an image in self-critical training, else 1 */
    float *level[LEVELS]; /* a gradient each: the right operand at a level of a part's tree */
    SumTree tree;         /* over ranks */
    double *word;         /* (ranks, WORDS+n): what each rank says of its shards */
    int32_t *image;       /* (rows·each): of a shard */
};

/* The record of a rank in each iteration; the losses of its shards follow. */
enum { STOP, ZEROS, WORDS };

/* --- memory --- */

void shards_end(Shards *s)
{
    if (!s)
        return;
    for (int i = 0; i < LEVELS; i++)
        free(s->level[i]);
    free(s->word);
    free(s->image);
    sum_tree_end(&s->tree);
    free(s);
}

/* A gradient for each level of the highest tree of this rank's parts. */
static int alloc_levels(Shards *s, size_t n)
{
    for (int i = 0; i < s->tree.parts; i++) {
        const TreePart *p = &s->tree.part[i];
        for (int level = 0, m = p->rank == s->tree.share.rank ? p->n : 1; m > 1; level++, m = share_split(m))
            if (!s->level[level] && !(s->level[level] = malloc(n * sizeof **s->level)))
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
    size_t ranks = (size_t)share->ranks;
    s->rows = n;
    s->each = samples_of(&r->state.settings);
    s->n = share_count(share, n);
    if (share->ranks > s->n)
        return err_set(err, "%d ranks are too many for %d shards of a minibatch: give --shards %d, or a multiple",
                       share->ranks, s->n, share->ranks);
    s->word = calloc(ranks * (size_t)(WORDS + s->n), sizeof *s->word);
    s->image = calloc((size_t)n * (size_t)s->each, sizeof *s->image);
    if (!s->word || !s->image)
        return err_set(err, "out of memory");
    if (sum_tree_start(&s->tree, share, n, r->grads.data, r->grads.n, err))
        return -1;
    return alloc_levels(s, r->grads.n) ? err_set(err, "no memory to sum up %d shards", s->n) : 0;
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

int shards_loss(TrainRun *r, const Batch *b, int *stop, Update *update, Err *err)
{
    Shards *s = r->shards;
    double *mine = s->word + (size_t)r->share.rank * (size_t)(WORDS + s->n), *loss = mine + WORDS;
    bool zeros = b->has_zeros;
    LossBatch all;
    *stop = 0;
    if (whole_batch(r, b, &all, err))
        return -1;
    all.update = s->n == 1 ? update : NULL;
    for (int i = 0; i < s->tree.parts; i++) {
        const TreePart *p = &s->tree.part[i];
        if (p->rank == r->share.rank)
            sum_shards(r, &all, p->first, p->n, 0, p->sum, loss);
    }
    if (r->share.ranks > 1) {
        mine[STOP] = report_stop(r->report);
        mine[ZEROS] = zeros;
        if (hear_all(r, mine, stop, &zeros, err) || sum_tree_ranks(&s->tree, err))
            return -1;
    }
    r->loss = sum_losses(loss, s->n);
    if (r->critic && self_critical_rewards(r, b->n, err))
        return -1;
    return zeros ? check_zero_rows(&r->data.features, r->data.features_path, &r->warned_of_zeros, r->report, err)
                 : 0;
}
