#include "pipeline/train/train_state.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const orders[] = {
    [ORDER_RANDOM] = "random", [ORDER_SHUFFLE] = "shuffle", [ORDER_SEQUENTIAL] = "sequential"};
static const char *const precisions[] = {[PRECISION_FLOAT32] = "float32", [PRECISION_BF16] = "bf16"};
enum { N_ORDERS = 3, N_PRECISIONS = 2 };

int state_alloc(TrainState *s, size_t parameters)
{
    for (int i = 0; i < s->optim.rule->states; i++)
        if (!(s->slot[i] = model_alloc(parameters, sizeof **s->slot)))
            return -1;
    return 0;
}

void state_free(TrainState *s)
{
    free(s->settings.data);
    for (int i = 0; i < OPTIM_STATES; i++)
        free(s->slot[i]);
    free(s->loss);
    memset(s, 0, sizeof *s);
}

int state_add_loss(TrainState *s, double loss)
{
    if (s->iteration >= s->loss_room) {
        int64_t room = s->loss_room ? 2 * s->loss_room : 1024;
        double *grown = realloc(s->loss, (size_t)room * sizeof *grown);
        if (!grown)
            return -1;
        s->loss = grown;
        s->loss_room = room;
    }
    s->loss[s->iteration] = loss;
    return 0;
}

/* --- digest --- */

static uint64_t fnv1a(uint64_t hash, const void *bytes, size_t n)
{
    const unsigned char *p = bytes;
    for (; n >= 8; n -= 8, p += 8) {
        uint64_t word;
        memcpy(&word, p, 8);
        hash = (hash ^ word) * 1099511628211u;
        hash ^= hash >> 32; /* words, not bytes: bring the high half down */
    }
    for (; n; n--, p++)
        hash = (hash ^ *p) * 1099511628211u;
    return hash;
}

uint64_t captions_digest(const Dataset *d)
{
    const int64_t sizes[] = {d->n, d->width, d->features.rows, d->features.columns};
    uint64_t hash = fnv1a(14695981039346656037u, sizes, sizeof sizes);
    hash = fnv1a(hash, d->captions.ints, (size_t)d->n * (size_t)d->width * sizeof *d->captions.ints);
    return fnv1a(hash, d->image.ints, (size_t)d->n * sizeof *d->image.ints);
}

/* --- the settings, one row each, for both ways --- */

typedef struct {
    const char *name;
    enum { INTEGER, REAL, BOOL } kind;
    void *at;
    double min, max;
} Field;

enum { N_FIELDS = 11 };

static void fields(Settings *s, Field out[N_FIELDS])
{
    const double most = 1e15, uint32 = UINT32_MAX;
    const Field all[N_FIELDS] = {
        {"raw_features", BOOL, &s->raw_features, 0, 1},    {"lr", REAL, &s->lr, 0, 1e6},
        {"lr_decay", REAL, &s->lr_decay, 0, 1e3},          {"epochs", INTEGER, &s->epochs, 0, 1e9},
        {"iterations", INTEGER, &s->iterations, -1, most}, {"batch_size", INTEGER, &s->batch_size, 1, 1 << 20},
        {"max_train", INTEGER, &s->max_train, 0, uint32},  {"seed", INTEGER, &s->seed, 0, uint32},
        {"val_every", INTEGER, &s->val_every, 0, most},    {"val_max", INTEGER, &s->val_max, 1, most},
    };
    memcpy(out, all, sizeof all);
}

static int put_field(H5 *h5, const Field *f, Err *err)
{
    if (f->kind == REAL)
        return h5_put_real(h5, "/train", f->name, *(const double *)f->at, err);
    int64_t v = f->kind == BOOL ? *(const bool *)f->at : *(const int64_t *)f->at;
    return h5_put_int(h5, "/train", f->name, v, err);
}

/* An attribute that must be there and in range, of an integer or a real. */
static int need_int(H5 *h5, const char *group, const char *name, double min, double max, int64_t *out,
                    const char *path, Err *err)
{
    int rc = h5_attr_int(h5, group, name, out, err);
    if (rc == 0)
        return err_set(err, "%s: %s: no attribute '%s': nothing to resume", path, group, name);
    if (rc > 0 && !((double)*out >= min && (double)*out <= max))
        return err_set(err, "%s: %s: %s %lld is out of range", path, group, name, (long long)*out);
    return rc < 0 ? -1 : 0;
}

static int need_real(H5 *h5, const char *group, const char *name, double min, double max, double *out,
                     const char *path, Err *err)
{
    int rc = h5_attr_real(h5, group, name, out, err);
    if (rc == 0)
        return err_set(err, "%s: %s: no attribute '%s': nothing to resume", path, group, name);
    if (rc > 0 && !(*out >= min && *out <= max))
        return err_set(err, "%s: %s: %s %g is out of range", path, group, name, *out);
    return rc < 0 ? -1 : 0;
}

static int get_field(H5 *h5, const Field *f, const char *path, Err *err)
{
    int64_t v;
    if (f->kind == REAL)
        return need_real(h5, "/train", f->name, f->min, f->max, f->at, path, err);
    if (need_int(h5, "/train", f->name, f->min, f->max, &v, path, err))
        return -1;
    if (f->kind == BOOL)
        *(bool *)f->at = v != 0;
    else
        *(int64_t *)f->at = v;
    return 0;
}

/* --- saving --- */

static int put_optim(const TrainState *s, const Model *m, Checkpoint *file, Err *err)
{
    H5 *h5 = checkpoint_h5(file);
    if (h5_make_group(h5, "/optim", err) || h5_put_text(h5, "/optim", "rule", s->optim.rule->name, err) ||
        h5_put_real(h5, "/optim", "learning_rate", s->optim.learning_rate, err) ||
        h5_put_int(h5, "/optim", "step", s->optim.step, err))
        return -1;
    for (int i = 0; i < s->optim.rule->states; i++) {
        char group[32];
        snprintf(group, sizeof group, "/optim/%s", s->optim.rule->state_name[i]);
        if (h5_make_group(h5, group, err) || tensors_write(file, group, &m->params, s->slot[i], err))
            return -1;
    }
    return 0;
}

static int put_rng(const Rng *rng, H5 *h5, Err *err)
{
    const int64_t words = RNG_WORDS;
    int32_t key[RNG_WORDS];
    memcpy(key, rng->key, sizeof key);
    if (h5_write_ints(h5, "/train/rng_key", 1, &words, key, err) ||
        h5_put_int(h5, "/train", "rng_pos", rng->pos, err) ||
        h5_put_int(h5, "/train", "rng_has_gauss", rng->has_gauss, err))
        return -1;
    return h5_put_real(h5, "/train", "rng_gauss", rng->gauss, err);
}

static int put_train(const TrainState *s, H5 *h5, Err *err)
{
    Settings settings = s->settings;
    Field field[N_FIELDS];
    fields(&settings, field);
    if (h5_make_group(h5, "/train", err) || h5_put_text(h5, "/train", "data", settings.data, err) ||
        h5_put_text(h5, "/train", "order", orders[settings.order], err) ||
        h5_put_text(h5, "/train", "precision", precisions[settings.precision], err))
        return -1;
    for (int i = 0; field[i].name; i++)
        if (put_field(h5, &field[i], err))
            return -1;
    if (h5_put_int(h5, "/train", "captions_digest", (int64_t)s->captions_digest, err) ||
        h5_put_int(h5, "/train", "iteration", s->iteration, err) ||
        h5_put_int(h5, "/train", "epoch", s->epoch, err))
        return -1;
    if (!isnan(s->best_val_loss) && h5_put_real(h5, "/train", "best_val_loss", s->best_val_loss, err))
        return -1;
    return h5_write_doubles(h5, "/train/loss_history", 1, &s->iteration, s->loss, err) || put_rng(&s->rng, h5, err)
               ? -1
               : 0;
}

int state_save(const TrainState *s, const Model *m, const char *path, Err *err)
{
    Checkpoint *file = model_write(m, path, err);
    if (!file)
        return -1;
    if (put_optim(s, m, file, err) || put_train(s, checkpoint_h5(file), err)) {
        checkpoint_close(file);
        return -1;
    }
    return checkpoint_save(file, err);
}

/* --- loading --- */

static const double MOST_STEPS = 1099511627776.0; /* iterations that a file may claim: 2^40 */

/* An attribute that is one of some words: its place, or -1. */
static int need_word(H5 *h5, const char *group, const char *name, const char *const *words, int n, const char *path,
                     Err *err)
{
    char *text;
    int rc = h5_attr_text(h5, group, name, &text, err), place = -1;
    if (rc <= 0)
        return rc < 0 ? -1 : err_set(err, "%s: %s: no attribute '%s': nothing to resume", path, group, name);
    for (int i = 0; i < n; i++)
        if (!strcmp(text, words[i]))
            place = i;
    if (place < 0)
        err_set(err, "%s: %s: unknown %s '%.40s'", path, group, name, text);
    free(text);
    return place;
}

static int get_optim(TrainState *s, const Model *m, Checkpoint *file, const char *path, Err *err)
{
    const char *rules[8];
    int n = 0;
    H5 *h5 = checkpoint_h5(file);
    for (; rule_at(n); n++)
        rules[n] = rule_at(n)->name;
    int rule = need_word(h5, "/optim", "rule", rules, n, path, err);
    if (rule < 0)
        return -1;
    s->optim = optim_defaults(rule_at(rule));
    s->settings.rule = s->optim.rule;
    if (need_real(h5, "/optim", "learning_rate", 0, DBL_MAX, &s->optim.learning_rate, path, err) ||
        need_int(h5, "/optim", "step", 0, MOST_STEPS, &s->optim.step, path, err))
        return -1;
    if (state_alloc(s, m->params.n))
        return err_set(err, "%s: out of memory", path);
    for (int i = 0; i < s->optim.rule->states; i++) {
        char group[32];
        snprintf(group, sizeof group, "/optim/%s", s->optim.rule->state_name[i]);
        if (tensors_read(file, group, &m->params, s->slot[i], err))
            return -1;
    }
    return 0;
}

static int get_rng(Rng *rng, H5 *h5, const char *path, Err *err)
{
    const int64_t words = RNG_WORDS;
    int32_t key[RNG_WORDS];
    int64_t pos, has_gauss;
    if (h5_read_ints(h5, "/train/rng_key", 1, &words, key, err) ||
        need_int(h5, "/train", "rng_pos", 0, RNG_WORDS, &pos, path, err) ||
        need_int(h5, "/train", "rng_has_gauss", 0, 1, &has_gauss, path, err) ||
        need_real(h5, "/train", "rng_gauss", -DBL_MAX, DBL_MAX, &rng->gauss, path, err))
        return -1;
    memcpy(rng->key, key, sizeof key);
    rng->pos = (int32_t)pos;
    rng->has_gauss = has_gauss != 0;
    return 0;
}

/* The losses of the iterations done. The file must hold them before there is memory for them. */
static int get_losses(TrainState *s, H5 *h5, const char *path, Err *err)
{
    static const char name[] = "/train/loss_history";
    if (h5_expect_floats(h5, name, 1, &s->iteration, err))
        return -1;
    s->loss_room = s->iteration + 1;
    s->loss = malloc((size_t)s->loss_room * sizeof *s->loss);
    if (!s->loss)
        return err_set(err, "%s: out of memory", path);
    if (h5_read_doubles(h5, name, 1, &s->iteration, s->loss, err))
        return -1;
    for (int64_t i = 0; i < s->iteration; i++)
        if (!isfinite(s->loss[i]))
            return err_set(err, "%s: %s: number %lld is not finite", path, name, (long long)i);
    return 0;
}

/* A file without it is of before there was a choice. */
static int get_precision(Precision *out, H5 *h5, const char *path, Err *err)
{
    char *text;
    int rc = h5_attr_text(h5, "/train", "precision", &text, err);
    *out = PRECISION_FLOAT32;
    if (rc <= 0)
        return rc;
    free(text);
    int precision = need_word(h5, "/train", "precision", precisions, N_PRECISIONS, path, err);
    if (precision >= 0)
        *out = (Precision)precision;
    return precision < 0 ? -1 : 0;
}

static int get_train(TrainState *s, H5 *h5, const char *path, Err *err)
{
    Field field[N_FIELDS];
    int64_t digest;
    int order = need_word(h5, "/train", "order", orders, N_ORDERS, path, err);
    if (order < 0 || h5_attr_text(h5, "/train", "data", &s->settings.data, err) < 0)
        return -1;
    s->settings.order = (Order)order;
    if (get_precision(&s->settings.precision, h5, path, err))
        return -1;
    fields(&s->settings, field);
    for (int i = 0; field[i].name; i++)
        if (get_field(h5, &field[i], path, err))
            return -1;
    s->best_val_loss = NAN;
    if (need_int(h5, "/train", "captions_digest", -HUGE_VAL, HUGE_VAL, &digest, path, err) ||
        need_int(h5, "/train", "iteration", 0, MOST_STEPS, &s->iteration, path, err) ||
        need_int(h5, "/train", "epoch", 0, MOST_STEPS, &s->epoch, path, err) ||
        h5_attr_real(h5, "/train", "best_val_loss", &s->best_val_loss, err) < 0 || get_rng(&s->rng, h5, path, err))
        return -1;
    s->captions_digest = (uint64_t)digest;
    return get_losses(s, h5, path, err);
}

int state_load(TrainState *s, Model *m, const char *path, Err *err)
{
    ModelHead head;
    Vocab vocab;
    memset(s, 0, sizeof *s);
    memset(m, 0, sizeof *m);
    Checkpoint *file = checkpoint_open(path, &head, &vocab, err);
    if (!file) {
        vocab_free(&vocab);
        return -1;
    }
    int rc = -1;
    if (!h5_has(checkpoint_h5(file), "/train") || !h5_has(checkpoint_h5(file), "/optim"))
        err_set(err, "%s: holds a model but no training to resume; --init starts from it", path);
    else if (!model_read(m, file, &head, &vocab, path, err) && !get_optim(s, m, file, path, err))
        rc = get_train(s, checkpoint_h5(file), path, err);
    checkpoint_close(file);
    vocab_free(&vocab);
    return rc;
}
