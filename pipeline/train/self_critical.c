#include "pipeline/train/self_critical.h"

#include "io/ranks/ranks.h"
#include "model/advantage.h"
#include "model/decode/draw.h"
#include "pipeline/train/reward.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A converged model's rewards, for a weight of 1, are far above this in the first iterations. */
enum { FIRST_ITERATIONS = 10 };
static const double NEXT_TO_NOTHING = 0.01;

struct SelfCritical {
    Reward *reward;
    Draw *draw;
    int each, T;          /* samples, steps */
    int32_t *captions;    /* (N·each, T+1) */
    int32_t *row;         /* (N): rows of the images */
    real *features;       /* (N·each, D) */
    int32_t *image;       /* (N·each): which grid */
    double *score;        /* (N·each) */
    double *greedy;       /* (N): of the greedy captions, if they are the baseline */
    real *advantage;      /* (N·each) */
    int most;             /* images of a rank */
    double *told;         /* (ranks, most·(each+1)): what ranks say of their images */
    double first_rewards; /* their sum in this process's first iterations */
    int first;            /* iterations that are in it */
};

/* --- settings and rows --- */

void self_critical_defaults(TrainSettings *s, GivenOptions given)
{
    if (!s->self_critical)
        return;
    s->samples = s->samples ? s->samples : 5;
    s->lr = isnan(s->lr) ? 5e-5 : s->lr;
    if (!option_given(given, "clip-value"))
        s->clip_value = 0.1;
    if (!option_given(given, "batch-size"))
        s->batch_size = 10;
    if (!option_given(given, "reward"))
        s->reward[0] = 1;
}

int samples_of(const TrainSettings *s)
{
    return s->self_critical ? (int)s->samples : 1;
}

int64_t *first_captions(const Dataset *d, int64_t *n)
{
    int64_t *rows = malloc((size_t)(d->features.rows + 1) * sizeof *rows);
    *n = 0;
    for (int64_t i = 0; rows && i < d->features.rows; i++)
        if (d->caption_at[i + 1] > d->caption_at[i])
            rows[(*n)++] = d->caption_of[d->caption_at[i]];
    return rows;
}

/* --- start and end --- */

static void critic_free(SelfCritical *c)
{
    if (!c)
        return;
    reward_free(c->reward);
    draw_free(c->draw);
    free(c->captions);
    free(c->row);
    free(c->features);
    free(c->image);
    free(c->score);
    free(c->greedy);
    free(c->advantage);
    free(c->told);
    free(c);
}

static int most_images(const Share *share, int n)
{
    int most = 0, first;
    for (int k = 0; k < share->ranks; k++) {
        const Share of = {share->shards, k, share->ranks};
        int own = share_rows(&of, n, &first);
        most = own > most ? own : most;
    }
    return most;
}

static int alloc(SelfCritical *c, const TrainRun *r)
{
    const TrainSettings *s = &r->state.settings;
    size_t N = (size_t)s->batch_size, rows = N * (size_t)samples_of(s);
    const DrawSizes sizes = {.rows = (int)rows,
                             .steps = r->data.width - 1,
                             .places = r->data.grid.places,
                             .dropout = s->dropout,
                             .precision = (Precision)s->precision};
    c->most = most_images(&r->share, batches_rows(&r->captions, (BatchOrder)s->order, (int)N));
    c->each = samples_of(s);
    c->T = r->data.width - 1;
    c->captions = malloc(rows * (size_t)r->data.width * sizeof *c->captions);
    c->row = malloc(N * sizeof *c->row);
    c->features = malloc(rows * (size_t)r->data.features.columns * sizeof *c->features);
    c->image = malloc(rows * sizeof *c->image);
    c->score = malloc(rows * sizeof *c->score);
    c->greedy = s->baseline == BASELINE_GREEDY ? malloc(N * sizeof *c->greedy) : NULL;
    c->advantage = malloc(rows * sizeof *c->advantage);
    c->told = calloc((size_t)r->share.ranks * (size_t)c->most, (size_t)(c->each + 1) * sizeof *c->told);
    c->draw = draw_new(&r->model.params, &sizes);
    return c->captions && c->row && c->features && c->image && c->score && c->advantage && c->told && c->draw &&
                   (c->greedy || s->baseline != BASELINE_GREEDY)
               ? 0
               : -1;
}

int self_critical_start(TrainRun *r, Err *err)
{
    const TrainSettings *s = &r->state.settings;
    if (!s->self_critical)
        return 0;
    r->critic = calloc(1, sizeof *r->critic);
    if (!r->critic || alloc(r->critic, r))
        return err_set(err, "no memory for %lld images of %lld captions each", (long long)s->batch_size,
                       (long long)s->samples);
    r->critic->reward = reward_new(&r->data, s->reward, r->critic->T, err);
    return r->critic->reward ? 0 : -1;
}

void self_critical_end(TrainRun *r)
{
    critic_free(r->critic);
    r->critic = NULL;
}

/* --- an iteration --- */

static double mean_of(const double *x, int n)
{
    double sum = 0;
    for (int i = 0; i < n; i++)
        sum += x[i];
    return sum / n;
}

/* Draws and rewards: of n images from `first` on sets score, and greedy if it is the baseline. */
static int reward_drawn(SelfCritical *c, const TrainRun *r, const Batch *b, int first, int n, Err *err)
{
    size_t at = (size_t)first, rows = at * (size_t)c->each, width = (size_t)c->T + 1;
    const DrawBatch batch = {.features = b->features + at * (size_t)r->data.features.columns,
                             .grid = b->grid,
                             .image = b->image + at,
                             .images = b->images,
                             .N = n,
                             .first = first,
                             .seed = (uint32_t)r->state.settings.seed,
                             .iteration = r->state.iteration + 1};
    int32_t *captions = c->captions + rows * width;
    for (int i = 0; i < n; i++)
        c->row[i] = r->data.image.ints[b->index[first + i]];
    draw_refresh(c->draw);
    if (c->greedy) {
        draw_greedy(c->draw, &batch, c->T, captions);
        if (reward_captions(c->reward, c->row, n, 1, captions, c->greedy + at, err))
            return -1;
    }
    draw_captions(c->draw, &batch, c->each, c->T, captions);
    return reward_captions(c->reward, c->row, n, c->each, captions, c->score + rows, err);
}

/* The features and grids of images, once for each of their samples. */
static void repeat_images(SelfCritical *c, const Batch *b, size_t D, int first, int n)
{
    for (int i = first * c->each; i < (first + n) * c->each; i++) {
        memcpy(c->features + (size_t)i * D, b->features + (size_t)(i / c->each) * D, D * sizeof *c->features);
        c->image[i] = b->image[i / c->each];
    }
}

int self_critical_draw(TrainRun *r, const Batch *b, LossBatch *all, Err *err)
{
    SelfCritical *c = r->critic;
    int first, n = share_rows(&r->share, b->n, &first);
    size_t row = (size_t)first * (size_t)c->each;
    if (reward_drawn(c, r, b, first, n, err))
        return -1;
    repeat_images(c, b, (size_t)r->data.features.columns, first, n);
    advantages(n, c->each, c->score + row, c->greedy ? c->greedy + first : NULL, c->advantage + row);
    all->features = c->features;
    all->captions = c->captions;
    all->weight = c->advantage;
    all->image = c->image;
    all->N = b->n * c->each;
    all->drawn = true;
    return 0;
}

/* --- what all ranks know of it --- */

/* A rank's scores go to all: score and greedy are whole then. */
static int gather_scores(SelfCritical *c, const Share *share, int n, Err *err)
{
    const size_t each = (size_t)c->each, most = (size_t)c->most * (each + 1);
    double *mine = c->told + (size_t)share->rank * most;
    int first, own = share_rows(share, n, &first);
    memcpy(mine, c->score + (size_t)first * each, (size_t)own * each * sizeof *mine);
    if (c->greedy)
        memcpy(mine + (size_t)c->most * each, c->greedy + first, (size_t)own * sizeof *mine);
    if (ranks_gather(mine, most * sizeof *mine, c->told, err))
        return -1;
    for (int k = 0; k < share->ranks; k++) {
        const Share other = {share->shards, k, share->ranks};
        const double *theirs = c->told + (size_t)k * most;
        own = share_rows(&other, n, &first);
        memcpy(c->score + (size_t)first * each, theirs, (size_t)own * each * sizeof *theirs);
        if (c->greedy)
            memcpy(c->greedy + first, theirs + (size_t)c->most * each, (size_t)own * sizeof *theirs);
    }
    return 0;
}

static void watch(SelfCritical *c, const TrainRun *r)
{
    const double *weight = r->state.settings.reward;
    double weights = 0;
    for (int i = 0; i < REWARDS; i++)
        weights += weight[i];
    if (c->first >= FIRST_ITERATIONS)
        return;
    c->first_rewards += r->drawn.reward;
    if (++c->first == FIRST_ITERATIONS && c->first_rewards < FIRST_ITERATIONS * NEXT_TO_NOTHING * weights)
        report_warn(r->report,
                    "the rewards of the first %d iterations are %.4f on average: the captions drawn have next to "
                    "nothing of the train captions, so that there is little to learn from (--init from a converged "
                    "model, of this dataset)",
                    FIRST_ITERATIONS, c->first_rewards / FIRST_ITERATIONS);
}

int self_critical_rewards(TrainRun *r, int n, Err *err)
{
    SelfCritical *c = r->critic;
    if (r->share.ranks > 1 && gather_scores(c, &r->share, n, err))
        return -1;
    r->drawn.baseline = advantages(n, c->each, c->score, c->greedy, c->advantage);
    r->drawn.reward = mean_of(c->score, n * c->each);
    watch(c, r);
    return 0;
}
