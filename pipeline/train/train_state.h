/* Everything that training must know to go on as if it had not stopped, and its place in the model file:
 *
 *   /optim   attributes rule, learning_rate (as decayed so far), step; one group a state array
 *            ("/optim/m/W_embed")
 *   /train   attributes: the settings by their options' names, captions_digest, iteration, epoch,
 *            best_val_loss where there is one, rng_pos, rng_has_gauss, rng_gauss;
 *            rng_key (624) int32 and loss_history (iteration) float64
 *
 * Nothing there depends on time, rate or threads. Main thread. */
#ifndef COCO_PIPELINE_TRAIN_TRAIN_STATE_H
#define COCO_PIPELINE_TRAIN_TRAIN_STATE_H

#include "io/base/err.h"
#include "model/gemm.h"
#include "model/optim.h"
#include "pipeline/common/model.h"
#include "pipeline/train/batch.h"

#include <stdbool.h>

/* What is fixed for a run, stopped or not. */
typedef struct {
    char *data; /* the dataset directory; owned */
    bool raw_features;
    const OptimRule *rule;
    double lr, lr_decay;
    int64_t epochs;
    int64_t iterations; /* negative: as many as the epochs have */
    int64_t batch_size;
    int64_t max_train; /* 0: all */
    Order order;
    Precision precision; /* of matrix products */
    int64_t seed;
    int64_t val_every, val_max;
} Settings;

typedef struct {
    Settings settings;
    uint64_t captions_digest;
    int64_t iteration; /* done so far */
    int64_t epoch;     /* of the last one, from 1; 0 before the first */
    Optim optim;
    real *slot[OPTIM_STATES]; /* (parameters) each, those of the rule */
    Rng rng;
    double *loss; /* (iteration) */
    int64_t loss_room;
    double best_val_loss; /* NaN: none yet */
} TrainState;

/* Zeroed state arrays for the model. -1: out of memory. */
int state_alloc(TrainState *state, size_t parameters);
void state_free(TrainState *state); /* legal on a zeroed one */
/* Appends to the history. -1: out of memory. */
int state_add_loss(TrainState *state, double loss);

/* Saves model and state as one file, whole or not at all. */
int state_save(const TrainState *state, const Model *model, const char *path, Err *err);
/* Loads both; the caller frees both, after a failure as well. */
int state_load(TrainState *state, Model *model, const char *path, Err *err);

/* A number for captions and their images, to know them again: FNV-1a over 64-bit words. */
uint64_t captions_digest(const Dataset *data);

#endif
