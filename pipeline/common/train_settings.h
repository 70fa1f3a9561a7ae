/* The settings of a training run: what stays the same from its first iteration to its last, stopped or not.
 *
 * One table lists them: their names on the command line and in the model file, their range there, and whether a resumed
 * run may change them. A new setting is one member here and one row there. Main thread. */
#ifndef COCO_PIPELINE_COMMON_TRAIN_SETTINGS_H
#define COCO_PIPELINE_COMMON_TRAIN_SETTINGS_H

#include "io/base/err.h"
#include "model/cell.h"
#include "model/gemm.h"
#include "model/optim.h"
#include "pipeline/common/field.h"

#include <stdbool.h>
#include <stdint.h>

/* The order in which minibatches take captions; pipeline/train/batch.h says how. */
typedef enum { BATCH_RANDOM, BATCH_SHUFFLE, BATCH_SEQUENTIAL } BatchOrder;

/* The names of choices in the order of their enums (pipeline/common/choice.h). Those of cells and update rules are
 * cell_names() of model/cell.h and rule_names() of model/optim.h. */
const char *order_names(void);
const char *precision_names(void);

/* The largest numbers that an option and a file may ask for. */
#define SETTING_LR_MAX 1e6
#define SETTING_LR_DECAY_MAX 1e3
#define SETTING_EPOCHS_MAX 1e9
#define SETTING_COUNT_MAX 1e15
#define SETTING_UINT32_MAX 4294967295.0
#define SETTING_BATCH_MAX 1048576.0

typedef struct {
    const char *data; /* the dataset directory; its owner is the struct's */
    int cell;         /* of cell_at */
    int64_t hidden, wordvec;
    int rule;            /* of rule_at */
    double lr, lr_decay; /* lr NaN: the rule's own */
    int64_t epochs;
    int64_t iterations; /* -1: as many as the epochs have */
    int64_t batch_size;
    int64_t max_train; /* 0: all captions */
    int order;         /* BatchOrder */
    int precision;     /* Precision of matrix products */
    bool raw_features;
    int64_t seed;
    int64_t val_every, val_max;
} TrainSettings;

typedef struct {
    const char *option; /* its long name */
    /* The group of the model file that holds it as an attribute; NULL: the model's own shape says it. */
    const char *group;
    bool may_change; /* when a run is resumed */
    Field field;
} Setting;

enum { TRAIN_SETTINGS = 17 };
extern const Setting train_settings[TRAIN_SETTINGS];

/* The long names of the options that the user gave; those that are not settings are ignored. */
typedef struct {
    const char *const *option;
    int n;
} GivenOptions;

/* Which settings a file fixes: those of the model's shape, for a run that starts from it, or all that a resumed run
 * may not change. */
typedef enum { FIXED_SHAPE, FIXED_ALL } FixedSettings;

/* 0 where no given option contradicts what the file at `path` fixes; else -1 with a line that names the option. */
int settings_agree(const TrainSettings *file, const TrainSettings *asked, GivenOptions given, FixedSettings fixed,
                   const char *path, Err *err);
/* Replaces what a resumed run may change, where it is given: the file's settings become the run's. New --epochs or
 * --iterations replace both. `data` of `settings` is the heap's, before and after. -1: out of memory. */
int settings_replace(TrainSettings *settings, const TrainSettings *asked, GivenOptions given, Err *err);

#endif
