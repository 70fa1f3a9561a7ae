/* Training: minibatches in, a model file out.
 *
 *   batches (gathered ahead) ──► captioner_loss ──► optim_update ──► ... ──► model.h5
 *                                      └──► training log, notes
 *
 * Main thread; parallel inside. A stop signal ends it after the iteration under way, with the model saved.
 * A loss that is not finite ends it with a failure; nothing is written, the last save stays. */
#ifndef COCO_PIPELINE_TRAIN_TRAIN_H
#define COCO_PIPELINE_TRAIN_TRAIN_H

#include "io/base/err.h"
#include "pipeline/common/report.h"
#include "pipeline/train/train_state.h"

#include <stdio.h>

typedef struct {
    Settings settings; /* with --resume: as train_resume_settings gave them, changed where that is allowed */
    const Cell *cell;
    int64_t hidden, wordvec;
    const char *out;    /* where the model goes */
    const char *init;   /* start from this model's parameters, or NULL */
    const char *resume; /* go on with this model file, or NULL */
    const char *log;    /* training log; "-" is standard output; NULL: none */
    int64_t save_every; /* 0: only at the end */
    int64_t print_every;
} TrainOptions;

typedef struct {
    int64_t iterations; /* done in all */
    double loss;        /* of the last one; NaN where none was done */
    bool complete;      /* not stopped on the way */
} TrainResult;

/* What a model file says of its training, and of its shape, into the options. The caller frees
 * settings.data. -1: it cannot be resumed. */
int train_resume_settings(TrainOptions *options, const char *path, Err *err);
/* The shape alone: cell, hidden, wordvec. */
int train_init_shape(TrainOptions *options, const char *path, Err *err);

/* Trains, and writes the model: at the end, on the way where the options say so, when the report asks to stop,
 * and also when the log cannot be written any more (-1). A loss that is not finite is -1 and writes nothing. */
int train_run(const TrainOptions *options, const Report *report, TrainResult *result, Err *err);

#endif
