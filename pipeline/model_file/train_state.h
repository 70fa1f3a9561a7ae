/* What training must know to continue as if it had not stopped. pipeline/model_file/model_file.h reads and writes it.
 * Nothing here depends on time, speed or threads. Main thread. */
#ifndef COCO_PIPELINE_MODEL_FILE_TRAIN_STATE_H
#define COCO_PIPELINE_MODEL_FILE_TRAIN_STATE_H

#include "model/base/rng.h"
#include "model/optim/optim.h"
#include "pipeline/model_file/train_settings.h"
#include "pipeline/model_file/weight_average.h"

#include <stddef.h>
#include <stdint.h>

typedef struct {
    TrainSettings settings;   /* its data is the state's */
    uint64_t captions_digest; /* recognises the captions and their images */
    /* Owned; NULL: unknown. */
    char *run;           /* recognises the run, however often it is resumed (pipeline/train/run_mark.h) */
    char *log;           /* its training log, by an absolute name or from the directory of the model file */
    char *data_absolute; /* the absolute name of settings.data */
    int64_t iteration;   /* done so far */
    int64_t epoch;       /* of the last one, from 1; 0 before the first */
    Optim optim;
    real *slot[OPTIM_STATES]; /* (parameters) each: the rule's arrays */
    Rng rng;
    double *loss; /* (iteration) of every iteration */
    int64_t loss_room;
    double best_val_loss; /* NaN: none yet */
    double best_score;    /* the same by best_by, if that is a score */
    int64_t stale;        /* checks in a row without a better one; 0 if nothing asks for it */
    WeightAverage average;
} TrainState;

/* Zeroed arrays for the rule of state->optim. -1: out of memory. */
int train_state_alloc(TrainState *state, size_t parameters);
void train_state_free(TrainState *state); /* safe on a zero-initialized one */
/* Appends the loss of iteration number state->iteration (from 0) to the history. -1: out of memory. */
int train_state_add_loss(TrainState *state, double loss);

#endif
