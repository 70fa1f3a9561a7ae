#include "pipeline/model_file/model_file.h"

#include "io/hdf5/h5.h"
#include "pipeline/common/choice.h"
#include "pipeline/model_file/field.h"
#include "pipeline/model_file/tensor_file.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char FORMAT[] = "coco-captioner";
/* Version 2 has tensors that readers of version 1 would leave out, or words that they would join wrongly. */
enum { VERSION_COURSE = 1, VERSION_MORE = 2 };

/* --- tables of attributes --- */

/* The attributes of the root, after format. */
typedef struct {
    int64_t version;
    int cell;
    int32_t D, W, H, V;
    int attention;
    int32_t C;
    int inject;
    int64_t caption_length;
} Head;

#define OF(type, member) .at = offsetof(type, member)
#define DIM(member) .kind = FIELD_INT32, OF(Head, member), .min = 1, .max = DIM_MAX

static const Field head_fields[] = {
    {"version", .kind = FIELD_INT, OF(Head, version), .min = 1, .max = INT32_MAX},
    {"cell", .kind = FIELD_WORD, OF(Head, cell), .words = cell_names},
    {"input_dim", DIM(D)},
    {"wordvec_dim", DIM(W)},
    {"hidden_dim", DIM(H)},
    {"vocab_size", DIM(V)},
    {"attention", .kind = FIELD_WORD, OF(Head, attention), .words = attention_names, .sparse = true},
    {"grid_dim", DIM(C), .sparse = true},
    {"inject", .kind = FIELD_WORD, OF(Head, inject), .words = inject_names, .sparse = true},
    {"caption_length", .kind = FIELD_INT, OF(Head, caption_length), .min = -HUGE_VAL, .max = HUGE_VAL,
     .optional = true},
};
enum { N_HEAD = sizeof head_fields / sizeof *head_fields };

#define MOST_STEPS 1099511627776.0 /* iterations that a file may claim: 2^40 */

static const Field optim_fields[] = {
    {"learning_rate", .kind = FIELD_REAL, OF(TrainState, optim.learning_rate), .max = DBL_MAX},
    {"step", .kind = FIELD_INT, OF(TrainState, optim.step), .max = MOST_STEPS},
};
enum { N_OPTIM = sizeof optim_fields / sizeof *optim_fields };

static const Field progress_fields[] = {
    {"data_absolute", .kind = FIELD_TEXT, OF(TrainState, data_absolute), .optional = true},
    {"log", .kind = FIELD_TEXT, OF(TrainState, log), .optional = true},
    {"run", .kind = FIELD_TEXT, OF(TrainState, run), .optional = true},
    {"captions_digest", .kind = FIELD_INT, OF(TrainState, captions_digest), .min = -HUGE_VAL, .max = HUGE_VAL},
    {"iteration", .kind = FIELD_INT, OF(TrainState, iteration), .max = MOST_STEPS},
    {"epoch", .kind = FIELD_INT, OF(TrainState, epoch), .max = MOST_STEPS},
    {"best_val_loss", .kind = FIELD_REAL, OF(TrainState, best_val_loss), .min = -HUGE_VAL, .max = HUGE_VAL,
     .optional = true},
    {"best_val_score", .kind = FIELD_REAL, OF(TrainState, best_score), .min = -HUGE_VAL, .max = HUGE_VAL,
     .optional = true},
    {"stale_checks", .kind = FIELD_INT, OF(TrainState, stale), .max = MOST_STEPS, .sparse = true},
    {"average_checks", .kind = FIELD_INT, OF(TrainState, average.n), .max = SETTING_AVERAGE_MAX, .sparse = true},
};
enum { N_PROGRESS = sizeof progress_fields / sizeof *progress_fields };

static const Field rng_fields[] = {
    {"rng_pos", .kind = FIELD_INT32, OF(TrainState, rng.pos), .max = RNG_WORDS},
    {"rng_has_gauss", .kind = FIELD_INT32, OF(TrainState, rng.has_gauss), .max = 1},
    {"rng_gauss", .kind = FIELD_REAL, OF(TrainState, rng.gauss), .min = -DBL_MAX, .max = DBL_MAX},
};
enum { N_RNG = sizeof rng_fields / sizeof *rng_fields };

/* The group of a state array: "/optim/m". */
static const char *slot_group(const OptimRule *rule, int i, char out[32])
{
    snprintf(out, 32, "/optim/%s", rule->state_name[i]);
    return out;
}

/* --- reading the model --- */

static int read_format(H5 *h5, Err *err)
{
    char *format;
    int rc = h5_attr_text(h5, "/", "format", &format, err);
    if (rc <= 0)
        return rc ? -1 : err_set(err, "%s: no attribute 'format': not a model file", h5_path(h5));
    if (strcmp(format, FORMAT))
        rc = err_set(err, "%s: format '%.40s' is not %s", h5_path(h5), format, FORMAT);
    free(format);
    return rc < 0 ? -1 : 0;
}

static int read_head(H5 *h5, Head *head, Err *err)
{
    if (read_format(h5, err) || field_read(h5, "/", &head_fields[0], head, err))
        return -1;
    if (head->version > VERSION_MORE)
        return err_set(err, "%s: version %lld is newer than this program's %d", h5_path(h5),
                       (long long)head->version, VERSION_MORE);
    if (fields_read(h5, "/", head_fields + 1, N_HEAD - 1, head, err))
        return -1;
    return !head->attention == !head->C
               ? 0
               : err_set(err, "%s: 'attention' and 'grid_dim' need each other", h5_path(h5));
}

static ModelShape shape_of(const Head *h)
{
    return (ModelShape){.cell = cell_at(h->cell),
                        .D = h->D,
                        .W = h->W,
                        .H = h->H,
                        .V = h->V,
                        .attention = attention_at(h->attention),
                        .C = h->C,
                        .inject = h->inject == INJECT_AT_STEPS};
}

static int read_vocab(H5 *h5, const Head *head, Vocab *vocab, Err *err)
{
    static const char name[] = "/vocab/idx_to_word";
    char **words;
    int64_t n;
    if (h5_read_strings(h5, name, &words, &n, err))
        return -1;
    if (n != head->V) {
        h5_free_strings(words, n);
        return err_set(err, "%s: %s: %lld words, but vocab_size is %d", h5_path(h5), name, (long long)n, head->V);
    }
    if (vocab_take(vocab, words, n, h5_path(h5), err))
        return -1;
    char *joiner;
    int rc = h5_attr_text(h5, "/vocab", "joiner", &joiner, err);
    if (rc > 0) {
        rc = vocab_join(vocab, joiner, err) ? err_prefix(err, "%s: /vocab: ", h5_path(h5)) : 0;
        free(joiner);
    }
    return rc;
}

/* The file's tensors must have the shapes that its head gives, before memory is allocated. */
static int read_params(H5 *h5, const ModelShape *shape, Params *params, Err *err)
{
    int too_large = params_layout(params, shape);
    if (tensors_expect(h5, "/params", params, err))
        return -1;
    if (too_large)
        return err_set(err, "%s: /params: more than 2^31 numbers", h5_path(h5));
    if (params_alloc_data(params))
        return err_set(err, "%s: no memory for %zu parameters", h5_path(h5), params->n);
    return tensors_read(h5, "/params", params, params->data, err);
}

static int read_model(H5 *h5, Model *m, Err *err)
{
    Head head;
    if (read_head(h5, &head, err) || read_vocab(h5, &head, &m->vocab, err))
        return -1;
    m->caption_length = head.caption_length;
    const ModelShape shape = shape_of(&head);
    if (read_params(h5, &shape, &m->params, err) || origin_read(&m->origin, h5, "/cnn", err))
        return -1;
    if (head.attention && origin_gives_grid(&m->origin, head.C, h5_path(h5), "grid_dim", err))
        return -1;
    return origin_gives(&m->origin, head.D, h5_path(h5), "input_dim", err);
}

int model_load(Model *m, const char *path, Err *err)
{
    memset(m, 0, sizeof *m);
    H5 *h5 = h5_open(path, err);
    if (!h5)
        return -1;
    int rc = read_model(h5, m, err);
    h5_close(h5, NULL);
    if (rc)
        model_free(m);
    return rc;
}

/* --- reading the state --- */

static int read_settings(H5 *h5, const char *group, TrainSettings *settings, Err *err)
{
    for (int i = 0; i < TRAIN_SETTINGS; i++) {
        const Setting *s = &train_settings[i];
        if (s->group && !strcmp(s->group, group) && field_read(h5, group, &s->field, settings, err))
            return -1;
    }
    return 0;
}

static int read_optim(H5 *h5, const Model *m, TrainState *s, Err *err)
{
    char group[32];
    if (read_settings(h5, "/optim", &s->settings, err))
        return -1;
    s->optim = optim_defaults(rule_at(s->settings.rule));
    if (fields_read(h5, "/optim", optim_fields, N_OPTIM, s, err))
        return -1;
    if (train_state_alloc(s, m->params.n))
        return err_set(err, "%s: out of memory", h5_path(h5));
    for (int i = 0; i < s->optim.rule->states; i++)
        if (tensors_read(h5, slot_group(s->optim.rule, i, group), &m->params, s->slot[i], err))
            return -1;
    return 0;
}

static int read_rng(H5 *h5, TrainState *s, Err *err)
{
    const int64_t words = RNG_WORDS;
    int32_t key[RNG_WORDS];
    if (h5_read_ints(h5, "/train/rng_key", 1, &words, key, err))
        return -1;
    memcpy(s->rng.key, key, sizeof key);
    return fields_read(h5, "/train", rng_fields, N_RNG, s, err);
}

/* The losses of the iterations done. The file must hold them before memory for them is allocated. */
static int read_losses(H5 *h5, TrainState *s, Err *err)
{
    static const char name[] = "/train/loss_history";
    if (h5_expect_floats(h5, name, 1, &s->iteration, err))
        return -1;
    s->loss_room = s->iteration + 1;
    s->loss = malloc((size_t)s->loss_room * sizeof *s->loss);
    if (!s->loss)
        return err_set(err, "%s: out of memory", h5_path(h5));
    if (h5_read_doubles(h5, name, 1, &s->iteration, s->loss, err))
        return -1;
    for (int64_t i = 0; i < s->iteration; i++)
        if (!isfinite(s->loss[i]))
            return err_set(err, "%s: %s: number %lld is not finite", h5_path(h5), name, (long long)i);
    return 0;
}

/* 1: a training to resume, 0: a model alone. -1: failed. */
static int has_state(H5 *h5, Err *err)
{
    int train = h5_has(h5, "/train", err);
    return train > 0 ? h5_has(h5, "/optim", err) : train;
}

static int read_state(H5 *h5, Model *m, TrainState *s, Err *err)
{
    int there = has_state(h5, err);
    if (there < 0)
        return -1;
    if (!there)
        return err_set(err, "%s: holds a model but no training to resume; --init starts from it", h5_path(h5));
    settings_take_shape(&s->settings, &m->params.shape);
    if (read_optim(h5, m, s, err) || read_settings(h5, "/train", &s->settings, err) ||
        fields_read(h5, "/train", progress_fields, N_PROGRESS, s, err) || read_rng(h5, s, err))
        return -1;
    if (average_read(&s->average, s->settings.average, &m->params, h5, err))
        return -1;
    return read_losses(h5, s, err);
}

int model_load_state(Model *m, TrainState *s, const char *path, Err *err)
{
    memset(m, 0, sizeof *m);
    memset(s, 0, sizeof *s);
    H5 *h5 = h5_open(path, err);
    if (!h5)
        return -1;
    int rc = read_model(h5, m, err) || read_state(h5, m, s, err) ? -1 : 0;
    h5_close(h5, NULL);
    if (rc) {
        model_free(m);
        train_state_free(s);
    }
    return rc;
}

/* Attributes alone. 1: the training is known. */
static int peek(H5 *h5, TrainState *s, Err *err)
{
    Head head;
    if (read_head(h5, &head, err))
        return -1;
    int there = has_state(h5, err);
    if (there <= 0)
        return there;
    const ModelShape shape = shape_of(&head);
    settings_take_shape(&s->settings, &shape);
    if (read_settings(h5, "/optim", &s->settings, err) || read_settings(h5, "/train", &s->settings, err) ||
        fields_read(h5, "/train", progress_fields, N_PROGRESS, s, err))
        return -1;
    return 1;
}

int model_peek(TrainState *s, const char *path, Err *err)
{
    memset(s, 0, sizeof *s);
    H5 *h5 = h5_open(path, err);
    if (!h5)
        return -1;
    int rc = peek(h5, s, err);
    h5_close(h5, NULL);
    if (rc <= 0)
        train_state_free(s);
    return rc;
}

/* --- writing --- */

static int write_model(H5 *h5, const Model *m, Err *err)
{
    const ModelShape *shape = &m->params.shape;
    bool more = m->params.n_tensors > COURSE_TENSORS || m->vocab.joiner;
    Head head = {.version = more ? VERSION_MORE : VERSION_COURSE,
                 .cell = choice_index(cell_names(), shape->cell->name),
                 .D = shape->D,
                 .W = shape->W,
                 .H = shape->H,
                 .V = shape->V,
                 .attention = attention_index(shape->attention),
                 .C = shape->C,
                 .inject = shape->inject ? INJECT_AT_STEPS : INJECT_AT_INIT,
                 .caption_length = m->caption_length};
    if (h5_put_text(h5, "/", "format", FORMAT, err) || fields_write(h5, "/", head_fields, N_HEAD, &head, err) ||
        h5_make_group(h5, "/params", err) || h5_make_group(h5, "/vocab", err) ||
        h5_write_strings(h5, "/vocab/idx_to_word", m->vocab.size, (const char *const *)m->vocab.word, err))
        return -1;
    if (m->vocab.joiner && h5_put_text(h5, "/vocab", "joiner", m->vocab.joiner, err))
        return -1;
    return tensors_write(h5, "/params", &m->params, m->params.data, err) ||
                   origin_write(&m->origin, h5, "/cnn", err)
               ? -1
               : 0;
}

static int write_settings(H5 *h5, const char *group, const TrainSettings *settings, Err *err)
{
    for (int i = 0; i < TRAIN_SETTINGS; i++) {
        const Setting *s = &train_settings[i];
        if (s->group && !strcmp(s->group, group) && field_write(h5, group, &s->field, settings, err))
            return -1;
    }
    return 0;
}

static int write_optim(H5 *h5, const Model *m, const TrainState *s, Err *err)
{
    char group[32];
    if (h5_make_group(h5, "/optim", err) || write_settings(h5, "/optim", &s->settings, err) ||
        fields_write(h5, "/optim", optim_fields, N_OPTIM, s, err))
        return -1;
    for (int i = 0; i < s->optim.rule->states; i++)
        if (h5_make_group(h5, slot_group(s->optim.rule, i, group), err) ||
            tensors_write(h5, group, &m->params, s->slot[i], err))
            return -1;
    return 0;
}

static int write_train(H5 *h5, const TrainState *s, Err *err)
{
    const int64_t words = RNG_WORDS;
    int32_t key[RNG_WORDS];
    memcpy(key, s->rng.key, sizeof key);
    if (h5_make_group(h5, "/train", err) || write_settings(h5, "/train", &s->settings, err) ||
        fields_write(h5, "/train", progress_fields, N_PROGRESS, s, err) ||
        h5_write_doubles(h5, "/train/loss_history", 1, &s->iteration, s->loss, err) ||
        h5_write_ints(h5, "/train/rng_key", 1, &words, key, err))
        return -1;
    return fields_write(h5, "/train", rng_fields, N_RNG, s, err);
}

int model_save(const Model *m, const TrainState *s, const char *path, Err *err)
{
    Model written = *m;
    if (s->average.n)
        written.params.data = s->average.mean;
    H5 *h5 = h5_create(path, err);
    if (!h5)
        return -1;
    if (write_model(h5, &written, err) || write_optim(h5, m, s, err) || write_train(h5, s, err) ||
        average_write(&s->average, &m->params, h5, err)) {
        h5_discard(h5);
        return -1;
    }
    return h5_commit(h5, err);
}
