#include "pipeline/train/validate.h"

#include "pipeline/common/dataset_check.h"
#include "pipeline/common/model_file.h"
#include "pipeline/train/rate.h"
#include "pipeline/train/scheduled.h"
#include "pipeline/train/val_scores.h"

#include <math.h>

double batch_loss(TrainRun *r, const Batch *b, int width, LossMode mode)
{
    const LossBatch batch = {.features = b->features,
                             .captions = b->captions,
                             .inputs = mode == LOSS_TRAINING ? scheduled_inputs(r, b) : NULL,
                             .grid = b->grid,
                             .image = b->image,
                             .images = b->images,
                             .N = b->n,
                             .T = width - 1,
                             .mode = mode,
                             .iteration = r->state.iteration + 1};
    return captioner_loss(&r->model.params, r->work, &batch, &r->grads);
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

/* Words that are due: what the loss is a sum over. */
static int64_t words_of(const Batch *b, int width)
{
    int64_t words = 0;
    for (int i = 0; i < b->n; i++)
        for (int t = 1; t < width; t++)
            words += b->captions[(size_t)i * (size_t)width + (size_t)t] != WORD_NULL;
    return words;
}

/* The mean loss of the first captions, in batches. */
static int loss_of_captions(TrainRun *r, Err *err)
{
    const TrainSettings *s = &r->state.settings;
    int64_t n = r->val.n < s->val_max ? r->val.n : s->val_max, words = 0;
    double sum = 0;
    Batch *b = &r->val_batch;
    for (int64_t i = 0; i < n; i += b->n) {
        b->n = (int)(n - i < r->rows ? n - i : r->rows);
        for (int k = 0; k < b->n; k++)
            b->index[k] = i + k;
        if (batch_gather(&r->val, b, err) ||
            (b->has_zeros &&
             check_zero_rows(&r->val.features, r->val.features_path, &r->warned_of_val_zeros, r->report, err)))
            return -1;
        sum += batch_loss(r, b, r->val.width, LOSS_VALIDATION) * b->n;
        words += words_of(b, r->val.width);
    }
    r->val_loss = sum / (double)n;
    r->val_scores.word_loss = sum / (double)words;
    r->val_scores.perplexity = exp(r->val_scores.word_loss);
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
        snprintf(scores, sizeof scores, " per word: %.4f perplexity: %.3f BLEU-4: %.4f ROUGE-L: %.4f CIDEr: %.4f",
                 v->word_loss, v->perplexity, v->bleu4, v->rouge_l, v->cider);
    report_note(r->report, "(%s) val loss: %f%s", at, r->val_loss, scores);
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

int validate(TrainRun *r, Err *err)
{
    TrainState *s = &r->state;
    const TrainSettings *t = &s->settings;
    if (loss_of_captions(r, err) ||
        (scores_captions(t) && val_scores(&r->model, &r->val, t->val_max, &r->val_scores, err)))
        return -1;
    note(r);
    bool better = is_better(r);
    if (t->lr_schedule == SCHEDULE_PLATEAU || t->patience > 0)
        s->stale = better ? 0 : s->stale + 1;
    s->optim.learning_rate = rate_after_check(t, s->optim.learning_rate, s->stale);
    if (!better || !t->keep_best)
        return 0;
    report_note(r->report, "the best so far: saved to %s", t->keep_best);
    return model_save(&r->model, s, t->keep_best, err);
}
