#include "pipeline/train/validate.h"

#include "io/ranks/ranks.h"
#include "pipeline/common/dataset_check.h"
#include "pipeline/train/agree.h"
#include "pipeline/train/rate.h"
#include "pipeline/train/share.h"
#include "pipeline/train/val_scores.h"

#include <math.h>
#include <stdlib.h>

static double batch_loss(TrainRun *r, const Batch *b)
{
    const LossBatch batch = {.features = b->features,
                             .captions = b->captions,
                             .grid = b->grid,
                             .image = b->image,
                             .images = b->images,
                             .N = b->n,
                             .T = r->val.width - 1,
                             .mode = LOSS_VALIDATION};
    return captioner_loss(&r->model.params, r->work, &batch, NULL);
}

bool scores_captions(const TrainSettings *s)
{
    return s->val_metrics || s->best_by != BEST_LOSS;
}

bool validation_due(const TrainRun *r)
{
    const TrainState *s = &r->state;
    int64_t every = s->settings.val_every;
    if (every < 0)
        return s->iteration % -every == 0;
    return every > 0 && s->iteration % r->per_epoch == 0 && s->epoch % every == 0;
}

bool out_of_patience(const TrainRun *r)
{
    const TrainState *s = &r->state;
    return s->settings.patience > 0 && s->stale >= s->settings.patience;
}

/* --- its numbers --- */

/* What a rank finds in a batch. */
typedef struct {
    double loss; /* summed over captions */
    int64_t words;
    bool zeros;
} BatchNumbers;

static int find_batch(TrainRun *r, int64_t first, int64_t end, BatchNumbers *found, Err *err)
{
    Batch *b = &r->val_batch;
    b->n = (int)(end - first);
    for (int k = 0; k < b->n; k++)
        b->index[k] = first + k;
    if (batch_gather(&r->val, &SHARE_WHOLE, b, err))
        return -1;
    *found = (BatchNumbers){batch_loss(r, b) * b->n, batch_words(&r->val, b), b->has_zeros};
    return 0;
}

/* Batch i is rank i mod ranks' to find; then each rank has the numbers of all. */
static int find_batches(TrainRun *r, int64_t n, BatchNumbers *all, Err *err)
{
    int64_t size = r->rows, ranks = r->share.ranks, rounds = (n - 1) / size / ranks + 1;
    BatchNumbers mine = {.loss = 0};
    for (int64_t i = 0; i < rounds; i++) {
        int64_t first = (i * ranks + r->share.rank) * size, end = first + size < n ? first + size : n;
        if ((first < n && find_batch(r, first, end, &mine, err)) ||
            ranks_gather(&mine, sizeof mine, all + i * ranks, err))
            return -1;
    }
    return 0;
}

/* The mean loss of the first captions, in batches. */
static int loss_of_captions(TrainRun *r, Err *err)
{
    const TrainSettings *s = &r->state.settings;
    int64_t n = r->val.n < s->val_max ? r->val.n : s->val_max, batches = (n - 1) / r->rows + 1, words = 0;
    double sum = 0;
    bool zeros = false;
    BatchNumbers *all = calloc((size_t)(batches + r->share.ranks), sizeof *all);
    int rc = all ? find_batches(r, n, all, err) : err_set(err, "out of memory");
    for (int64_t i = 0; rc == 0 && i < batches; i++) {
        sum += all[i].loss;
        words += all[i].words;
        zeros |= all[i].zeros;
    }
    free(all);
    if (rc ||
        (zeros && check_zero_rows(&r->val.features, r->val.features_path, &r->warned_of_val_zeros, r->report, err)))
        return -1;
    r->val_loss = sum / (double)n;
    const double word_loss = sum / (double)words;
    r->val_scores = (LogScores){{word_loss, exp(word_loss)}, NAN, NAN, NAN};
    return 0;
}

static void note(const TrainRun *r)
{
    const TrainState *s = &r->state;
    const LogScores *v = &r->val_scores;
    char scores[160] = "", at[64];
    if (s->iteration % r->per_epoch == 0)
        snprintf(at, sizeof at, "Epoch %lld", (long long)s->epoch);
    else
        snprintf(at, sizeof at, "Iteration %lld / %lld", (long long)s->iteration, (long long)r->total);
    if (scores_captions(&s->settings))
        snprintf(scores, sizeof scores, " BLEU-4: %.4f ROUGE-L: %.4f CIDEr: %.4f", v->bleu4, v->rouge_l, v->cider);
    report_note(r->report, "(%s) val loss: %f per word: %.4f perplexity: %.3f%s", at, r->val_loss, v->words.loss,
                v->words.perplexity, scores);
}

/* --- what follows --- */

/* Whether it is better than all before; the state remembers the best. */
static bool is_better(TrainRun *r)
{
    TrainState *s = &r->state;
    bool better = !(s->best_val_loss <= r->val_loss);
    if (better)
        s->best_val_loss = r->val_loss;
    if (s->settings.best_by == BEST_LOSS)
        return better;
    double score = s->settings.best_by == BEST_CIDER ? r->val_scores.cider : r->val_scores.bleu4;
    better = !(s->best_score >= score);
    if (better)
        s->best_score = score;
    return better;
}

/* Of the averaged weights if the settings ask for them, which these become a part of. */
static int find_numbers(TrainRun *r, Err *err)
{
    const TrainSettings *t = &r->state.settings;
    WeightAverage *average = &r->state.average;
    Params *p = &r->model.params;
    real *weights = p->data;
    if (t->average && average_add(average, t->average, p))
        return err_set(err, "no memory for the weights of %lld validations", (long long)t->average);
    if (t->average)
        p->data = average->mean;
    int rc = loss_of_captions(r, err) ||
             (scores_captions(t) && val_scores(&r->model, &r->val, &r->share, t->val_max, &r->val_scores, err));
    p->data = weights;
    return rc ? -1 : 0;
}

int validate(TrainRun *r, Err *err)
{
    TrainState *s = &r->state;
    const TrainSettings *t = &s->settings;
    if (find_numbers(r, err))
        return -1;
    note(r);
    bool better = is_better(r);
    if (t->lr_schedule == SCHEDULE_PLATEAU || t->patience > 0)
        s->stale = better ? 0 : s->stale + 1;
    s->optim.learning_rate = rate_after_check(t, s->optim.learning_rate, s->stale);
    if (!better || !t->keep_best)
        return 0;
    if (s->iteration < r->best_ahead) { /* this run will make it again */
        report_note(r->report, "the best so far; %s stays as it is, from iteration %lld of the same run",
                    t->keep_best, (long long)r->best_ahead);
        return 0;
    }
    report_note(r->report, "the best so far: saved to %s", t->keep_best);
    r->kept_best = true;
    return train_write(r, t->keep_best, err);
}
