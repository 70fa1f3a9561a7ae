/* The settings of a training run: what stays the same from its first iteration to its last, even if it stops between.
 *
 * One table lists them: their names on the command line and in the model file, their range there, and whether a resumed
 * run may change them. A new setting is a member of TrainSettings, a row of the table, which TRAIN_SETTINGS counts, and
 * in cmd/coco-train.c an option, which N_OPTIONS counts, and a default in main. Main thread. */
#ifndef COCO_PIPELINE_MODEL_FILE_TRAIN_SETTINGS_H
#define COCO_PIPELINE_MODEL_FILE_TRAIN_SETTINGS_H

#include "io/base/err.h"
#include "model/attention/attention.h"
#include "model/cell/cell.h"
#include "model/gemm.h"
#include "model/optim/optim.h"
#include "pipeline/common/choice.h"
#include "pipeline/model_file/field.h"

#include <stdbool.h>
#include <stdint.h>

/* The order in which minibatches take captions; pipeline/train/batch.h says how. */
typedef enum { BATCH_RANDOM, BATCH_SHUFFLE, BATCH_SEQUENTIAL } BatchOrder;

/* Where a model sees its features: at h0, or at every step too (model/inject.h). */
typedef enum { INJECT_AT_INIT, INJECT_AT_STEPS } InjectWhere;

/* How the learning rate changes; pipeline/train/rate.h says how. */
typedef enum { SCHEDULE_CONSTANT, SCHEDULE_STEP, SCHEDULE_COSINE, SCHEDULE_PLATEAU } LrSchedule;

/* The names of choices in the order of their enums (pipeline/common/choice.h). Those of cells and update rules are
 * cell_names() of model/cell/cell.h and rule_names() of model/optim/optim.h. */
const char *inject_names(void);
const char *order_names(void);
const char *precision_names(void);
const char *schedule_names(void);
const char *best_names(void);
const char *baseline_names(void);

/* The largest numbers that an option and a file may ask for. */
#define SETTING_LR_MAX 1e6
#define SETTING_LR_DECAY_MAX 1e3
#define SETTING_EPOCHS_MAX 1e9
#define SETTING_COUNT_MAX 1e15
#define SETTING_UINT32_MAX 4294967295.0
#define SETTING_BATCH_MAX 1048576.0
#define SETTING_SHARE_MAX 0.99 /* of dropout and label smoothing */
#define SETTING_CLIP_MAX 1e6
#define SETTING_DECAY_MAX 1e3
#define SETTING_BIAS_MAX 100.0
#define SETTING_AVERAGE_MAX 100 /* weights kept */
#define SETTING_SAMPLES_MAX 1024.0
#define SETTING_REWARD_MAX 1e3

/* By which number of a validation one is better than those before: the lower loss, the higher score. */
typedef enum { BEST_LOSS, BEST_CIDER, BEST_BLEU4 } BestBy;

/* What a reward of self-critical training is held against (model/advantage.h). */
typedef enum { BASELINE_MEAN, BASELINE_GREEDY } Baseline;

#define REWARD_NAMES "cider|bleu4" /* pipeline/train/reward.h */
enum { REWARDS = 2 };

typedef struct {
    const char *data; /* the dataset directory; owned by whoever owns the struct */
    int cell;         /* of cell_at */
    int attention;    /* of attention_at; 0: none */
    int inject;       /* InjectWhere */
    int64_t hidden, wordvec;
    int rule;            /* of rule_at */
    double lr, lr_decay; /* lr NaN: the rule's own; lr_decay NaN: the schedule's */
    int64_t epochs;
    int64_t iterations; /* -1: as many as the epochs have */
    int64_t batch_size;
    int64_t shards;    /* of a minibatch (pipeline/train/share.h), at least 1 */
    int64_t max_train; /* 0: all captions */
    int order;         /* BatchOrder */
    int precision;     /* Precision of matrix products */
    bool raw_features;
    double dropout, label_smoothing;       /* of LossOptions (model/loss.h) */
    double clip, clip_value, weight_decay; /* of model/optim/regularize.h and update.h; 0: none */
    double forget_bias;                    /* of the start (model/captioner.h) */
    int lr_schedule;                       /* LrSchedule */
    int64_t lr_every; /* epochs or checks between decays; 0: the default of schedules that decay by it */
    int64_t warmup;   /* iterations */
    int64_t seed;
    int64_t val_every; /* epochs between validations; below 0: iterations; 0: never */
    int64_t val_max;
    bool val_metrics;          /* captions of validation images are scored too; also if best_by needs them */
    const char *keep_best;     /* where the best model goes, or NULL; owned as data is */
    int best_by;               /* BestBy */
    int64_t patience;          /* validations without a better one that end the run; 0: they do not */
    int64_t average;           /* validations over which weights are averaged (weight_average.h); 0: they are not */
    bool self_critical;        /* pipeline/train/self_critical.h; what follows is 0 without it */
    int64_t samples;           /* captions drawn for each image */
    double reward[REWARDS];    /* weights of what a caption is worth */
    int baseline;              /* Baseline */
    double scheduled_sampling; /* pipeline/train/scheduled.h: at the last epoch; 0: none */
} TrainSettings;

typedef struct {
    const char *option; /* long name on the command line */
    const char *group; /* of the model file, which holds it as an attribute; NULL: the shape of the model says it */
    bool may_change;   /* when a run is resumed */
    Field field;       /* in TrainSettings */
} Setting;

enum { TRAIN_SETTINGS = 40 };
extern const Setting train_settings[TRAIN_SETTINGS];

/* The long names of the options that the user gave. Names that are not settings are ignored. */
typedef struct {
    const char *const *option;
    int n;
} GivenOptions;

bool option_given(GivenOptions given, const char *option);

/* A setting as the user would write its value. Returns out. It must not be the dataset's name. */
const char *setting_print(const Setting *setting, const TrainSettings *settings, char out[CHOICE_WORD]);
/* The first setting that two runs do not share, of those that a resumed run may change, or of those that it may not;
 * NULL: none. The dataset's name does not count. */
const Setting *settings_differ(const TrainSettings *a, const TrainSettings *b, bool may_change);
/* The same settings as text, a line "option=value" each, to the last bit. Sparse ones that have the value of files
 * without them are left out, so that a new setting changes no text, and no mark, of runs that do not use it. */
enum { SETTINGS_TEXT = 8192 };
void settings_text(const TrainSettings *settings, bool may_change, char out[SETTINGS_TEXT]);

/* What a file fixes: for a run that starts from its model, the shape; for a resumed run, all that may not change. */
typedef enum { FIXED_SHAPE, FIXED_ALL } FixedSettings;

/* Cell, attention, inject, hidden and wordvec, as a model of this shape has them. */
void settings_take_shape(TrainSettings *settings, const ModelShape *shape);
/* 0 if no given option contradicts what the file at `path` fixes; else -1 with a line that names the option. */
int settings_agree(const TrainSettings *file, const TrainSettings *asked, GivenOptions given, FixedSettings fixed,
                   const char *path, Err *err);
/* Turns a file's settings into those of the run that resumes it: given ones that may change replace the file's, and new
 * --epochs without --iterations end the file's iterations. settings->data and keep_best are malloc'd, before and after.
 * -1: out of memory. */
int settings_replace(TrainSettings *settings, const TrainSettings *asked, GivenOptions given, Err *err);

#endif
