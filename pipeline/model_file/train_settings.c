#include "pipeline/model_file/train_settings.h"

#include "pipeline/common/choice.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *inject_names(void)
{
    return "init|steps";
}

const char *order_names(void)
{
    return "random|shuffle|sequential";
}

const char *precision_names(void)
{
    return PRECISION_NAMES;
}

const char *schedule_names(void)
{
    return "constant|step|cosine|plateau";
}

const char *best_names(void)
{
    return "loss|cider|bleu4";
}

const char *baseline_names(void)
{
    return "mean|greedy";
}

/* --- the table --- */

#define AT(member) .at = offsetof(TrainSettings, member)
#define INT(member) .kind = FIELD_INT, AT(member)
#define REAL(member) .kind = FIELD_REAL, AT(member)
#define BOOL(member) .kind = FIELD_BOOL, AT(member)
#define TEXT(member) .kind = FIELD_TEXT, AT(member)
#define WORD(member, names) .kind = FIELD_WORD, AT(member), .words = names

/* In the order in which the file has them. */
const Setting train_settings[] = {
    {"cell", NULL, false, {"cell", WORD(cell, cell_names)}},
    {"attention", NULL, false, {"attention", WORD(attention, attention_names), .sparse = true}},
    {"inject", NULL, false, {"inject", WORD(inject, inject_names), .sparse = true}},
    {"hidden", NULL, false, {"hidden_dim", INT(hidden)}},
    {"wordvec", NULL, false, {"wordvec_dim", INT(wordvec)}},
    {"optim", "/optim", false, {"rule", WORD(rule, rule_names)}},
    {"data", "/train", true, {"data", TEXT(data)}},
    {"order", "/train", false, {"order", WORD(order, order_names)}},
    {"precision", "/train", false, {"precision", WORD(precision, precision_names)}},
    {"raw-features", "/train", false, {"raw_features", BOOL(raw_features), .max = 1}},
    {"lr", "/train", false, {"lr", REAL(lr), .max = SETTING_LR_MAX}},
    {"lr-decay", "/train", false, {"lr_decay", REAL(lr_decay), .max = SETTING_LR_DECAY_MAX}},
    {"epochs", "/train", true, {"epochs", INT(epochs), .max = SETTING_EPOCHS_MAX}},
    {"iterations", "/train", true, {"iterations", INT(iterations), .min = -1, .max = SETTING_COUNT_MAX}},
    {"batch-size", "/train", false, {"batch_size", INT(batch_size), .min = 1, .max = SETTING_BATCH_MAX}},
    {"shards",
     "/train",
     false,
     {"shards", INT(shards), .min = 1, .max = SETTING_BATCH_MAX, .sparse = true, .absent = 1}},
    {"max-train", "/train", false, {"max_train", INT(max_train), .max = SETTING_UINT32_MAX}},
    {"dropout", "/train", false, {"dropout", REAL(dropout), .max = SETTING_SHARE_MAX, .sparse = true}},
    {"label-smoothing",
     "/train",
     false,
     {"label_smoothing", REAL(label_smoothing), .max = SETTING_SHARE_MAX, .sparse = true}},
    {"clip", "/train", false, {"clip", REAL(clip), .max = SETTING_CLIP_MAX, .sparse = true}},
    {"clip-value", "/train", false, {"clip_value", REAL(clip_value), .max = SETTING_CLIP_MAX, .sparse = true}},
    {"weight-decay",
     "/train",
     false,
     {"weight_decay", REAL(weight_decay), .max = SETTING_DECAY_MAX, .sparse = true}},
    {"forget-bias",
     "/train",
     false,
     {"forget_bias", REAL(forget_bias), .min = -SETTING_BIAS_MAX, .max = SETTING_BIAS_MAX, .sparse = true}},
    {"lr-schedule", "/train", false, {"lr_schedule", WORD(lr_schedule, schedule_names), .sparse = true}},
    {"lr-every", "/train", false, {"lr_every", INT(lr_every), .max = SETTING_COUNT_MAX, .sparse = true}},
    {"warmup", "/train", false, {"warmup", INT(warmup), .max = SETTING_COUNT_MAX, .sparse = true}},
    {"seed", "/train", false, {"seed", INT(seed), .max = SETTING_UINT32_MAX}},
    {"val-every",
     "/train",
     true,
     {"val_every", .kind = FIELD_PERIOD, AT(val_every), .min = -SETTING_COUNT_MAX, .max = SETTING_COUNT_MAX}},
    {"val-max", "/train", true, {"val_max", INT(val_max), .min = 1, .max = SETTING_COUNT_MAX}},
    {"val-metrics", "/train", true, {"val_metrics", BOOL(val_metrics), .max = 1, .sparse = true}},
    {"keep-best", "/train", true, {"keep_best", TEXT(keep_best), .optional = true}},
    {"best-by", "/train", false, {"best_by", WORD(best_by, best_names), .sparse = true}},
    {"patience", "/train", true, {"patience", INT(patience), .max = SETTING_COUNT_MAX, .sparse = true}},
    {"average", "/train", false, {"average", INT(average), .max = SETTING_AVERAGE_MAX, .sparse = true}},
    {"self-critical", "/train", false, {"self_critical", BOOL(self_critical), .max = 1, .sparse = true}},
    {"samples", "/train", false, {"samples", INT(samples), .max = SETTING_SAMPLES_MAX, .sparse = true}},
    {"reward",
     "/train",
     false,
     {"reward_cider", REAL(reward[0]), .max = SETTING_REWARD_MAX, .sparse = true, .part = "cider="}},
    {"reward",
     "/train",
     false,
     {"reward_bleu4", REAL(reward[1]), .max = SETTING_REWARD_MAX, .sparse = true, .part = "bleu4="}},
    {"baseline", "/train", false, {"baseline", WORD(baseline, baseline_names), .sparse = true}},
    {"scheduled-sampling",
     "/train",
     false,
     {"scheduled_sampling", REAL(scheduled_sampling), .max = 1, .sparse = true}},
};

/* --- a file's settings and the user's --- */

bool option_given(GivenOptions given, const char *option)
{
    for (int i = 0; i < given.n; i++)
        if (!strcmp(given.option[i], option))
            return true;
    return false;
}

/* A setting that is not text with that many digits, a choice by its word. */
static const char *print_digits(const Field *f, const TrainSettings *s, int digits, char out[CHOICE_WORD])
{
    double number = field_number(f, s);
    if (f->kind == FIELD_WORD)
        return choice_word(f->words(), (int)number, out);
    snprintf(out, CHOICE_WORD, "%s%.*g", f->part ? f->part : "", digits, number);
    return out;
}

const char *setting_print(const Setting *s, const TrainSettings *settings, char out[CHOICE_WORD])
{
    double number = field_number(&s->field, settings);
    if (s->field.kind == FIELD_PERIOD && number < 0)
        snprintf(out, CHOICE_WORD, "%.0fi", -number);
    else if (s->field.kind == FIELD_BOOL || number < 0)
        snprintf(out, CHOICE_WORD, "%s", number < 0 ? "none" : number > 0 ? "on" : "off");
    else
        print_digits(&s->field, settings, 10, out);
    return out;
}

const Setting *settings_differ(const TrainSettings *a, const TrainSettings *b, bool may_change)
{
    for (int i = 0; i < TRAIN_SETTINGS; i++) {
        const Setting *s = &train_settings[i];
        if (s->may_change == may_change && s->field.kind != FIELD_TEXT &&
            field_number(&s->field, a) != field_number(&s->field, b))
            return s;
    }
    return NULL;
}

void settings_text(const TrainSettings *settings, bool may_change, char out[SETTINGS_TEXT])
{
    char value[CHOICE_WORD];
    size_t n = 0;
    for (int i = 0; i < TRAIN_SETTINGS; i++) {
        const Setting *s = &train_settings[i];
        bool absent = field_absent(&s->field, settings);
        if (s->may_change == may_change && s->field.kind != FIELD_TEXT && !absent && n < SETTINGS_TEXT)
            n += (size_t)snprintf(out + n, SETTINGS_TEXT - n, "%s=%s\n", s->option,
                                  print_digits(&s->field, settings, 17, value));
    }
}

void settings_take_shape(TrainSettings *s, const ModelShape *shape)
{
    s->cell = choice_index(cell_names(), shape->cell->name);
    s->attention = attention_index(shape->attention);
    s->inject = shape->inject ? INJECT_AT_STEPS : INJECT_AT_INIT;
    s->hidden = shape->H;
    s->wordvec = shape->W;
}

int settings_agree(const TrainSettings *file, const TrainSettings *asked, GivenOptions given, FixedSettings fixed,
                   const char *path, Err *err)
{
    char here[CHOICE_WORD], there[CHOICE_WORD];
    for (int i = 0; i < TRAIN_SETTINGS; i++) {
        const Setting *s = &train_settings[i];
        bool is_fixed = fixed == FIXED_ALL ? !s->may_change : !s->group;
        if (!is_fixed || !option_given(given, s->option) ||
            field_number(&s->field, file) == field_number(&s->field, asked))
            continue;
        if (s->field.kind == FIELD_BOOL) /* no hint: other features are not of the model's shape either */
            return err_set(err, "--%s contradicts %s, which was trained without it", s->option, path);
        const char *hint = s->group ? "; --init starts a new run from its parameters" : ""; /* the shape stays */
        return err_set(err, "--%s %s contradicts %s, which was trained with %s%s", s->option,
                       setting_print(s, asked, here), path, setting_print(s, file, there), hint);
    }
    return 0;
}

static int replace_text(const char **text, const char *by, Err *err)
{
    char *copy = strdup(by);
    if (!copy)
        return err_set(err, "out of memory");
    free((char *)*text);
    *text = copy;
    return 0;
}

int settings_replace(TrainSettings *settings, const TrainSettings *asked, GivenOptions given, Err *err)
{
    static const size_t size[] = {
        [FIELD_INT] = sizeof(int64_t), [FIELD_PERIOD] = sizeof(int64_t), [FIELD_INT32] = sizeof(int32_t),
        [FIELD_BOOL] = sizeof(bool),   [FIELD_REAL] = sizeof(double),    [FIELD_WORD] = sizeof(int)};
    for (int i = 0; i < TRAIN_SETTINGS; i++) {
        const Setting *s = &train_settings[i];
        void *to = (char *)settings + s->field.at;
        const void *from = (const char *)asked + s->field.at;
        if (!s->may_change || !option_given(given, s->option))
            continue;
        if (s->field.kind != FIELD_TEXT)
            memcpy(to, from, size[s->field.kind]);
        else if (replace_text(to, *(const char *const *)from, err))
            return -1;
    }
    if (option_given(given, "epochs") && !option_given(given, "iterations"))
        settings->iterations = -1;
    return 0;
}
