/* Training: minibatches in, a model file out.
 *
 *   batches (gathered ahead) ──► captioner_loss, update ──► ... ──► model.h5
 *                                      └──► training log, notes
 *
 * With several ranks (io/ranks/ranks.h), each computes its share of every minibatch (shards.h) and all of the rest;
 * rank 0 alone writes files and reports.
 *
 * Main thread; parallel inside. A stop signal ends training after the current iteration, with the model saved.
 * A loss that is not finite ends it with a failure: nothing is written, and the last save stays. */
#ifndef COCO_PIPELINE_TRAIN_TRAIN_H
#define COCO_PIPELINE_TRAIN_TRAIN_H

#include "io/base/err.h"
#include "pipeline/common/report.h"
#include "pipeline/model_file/train_settings.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    TrainSettings settings; /* as asked for, defaults included; borrowed */
    GivenOptions given;     /* those that the user gave: only they compete with the settings of a file */
    const char *out;        /* where the model goes */
    const char *init;       /* start from this model's parameters, or NULL */
    const char *resume;     /* continue this model file's training, or NULL */
    const char *log;        /* training log; "-" is standard output; NULL: none, or the resumed run's */
    bool force;             /* replace a model or log of another run */
    bool allow_external;    /* HDF5 files may keep arrays in other files */
    int64_t save_every;     /* iterations between saves; 0: only at the end */
    int64_t mpi_timeout;    /* seconds that another rank may take to answer, at least 1 */
    int64_t print_every;    /* iterations between notes of the loss, at least 1 */
} TrainOptions;

typedef struct {
    double loss;        /* of the last iteration; NaN: none was done */
    bool complete;      /* all iterations are done: it was not stopped */
    bool alone;         /* failed, of several ranks, on this one: the others are still at work */
    bool contradiction; /* failed because a given option contradicts the file of init or resume: a usage error */
} TrainResult;

/* Trains, and writes the model: at the end, on the way if the options say so, when the report asks to stop, and when
 * the log can no longer be written. 0: trained, or stopped as asked (result->complete says which); -1: failed, and
 * *result says whether by a contradiction. */
int train_run(const TrainOptions *options, const Report *report, TrainResult *result, Err *err);

#endif
