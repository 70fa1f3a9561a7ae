/* A training run, and how it starts and ends; for train.c. Main thread. */
#ifndef COCO_PIPELINE_TRAIN_TRAIN_START_H
#define COCO_PIPELINE_TRAIN_TRAIN_START_H

#include "io/data/dataset.h"
#include "io/data/trainlog.h"
#include "io/file/scratch.h"
#include "model/loss.h"
#include "pipeline/model_file/model.h"
#include "pipeline/model_file/train_state.h"
#include "pipeline/train/batch.h"
#include "pipeline/train/share.h"
#include "pipeline/train/train.h"

#include <stdio.h>

typedef struct SelfCritical SelfCritical;

typedef enum { CLAIM_MODEL, CLAIM_BEST, CLAIM_LOG, N_CLAIMED } Claimed;

typedef struct {
    const TrainOptions *options;
    const Report *report;
    ScratchClaim claims[N_CLAIMED];
    Model model;
    TrainState state;
    char *found; /* where the dataset is if the settings' name does not lead there from here, else NULL */
    Dataset data, val;
    bool warned_of_zeros, warned_of_val_zeros;
    int64_t *subset;     /* --max-train: caption rows; NULL: all */
    int64_t *image_rows; /* --self-critical: a caption row of each image */
    CaptionRows captions;
    int64_t per_epoch, total; /* iterations */
    Share share;
    struct Shards *shards;
    int stop;    /* with several ranks: a signal that one of them got */
    bool agreed; /* a failure is one of all ranks together */
    Params grads;
    LossWork *work;
    int rows; /* of it, and of a validation's minibatch */
    Batch val_batch;
    BatchSource *source; /* NULL: nothing is left to do */
    char plan[LOG_MARK + 1];
    FILE *log;
    char *log_path;  /* for messages */
    bool log_begins; /* its next line is the first one */
    bool log_lost;   /* it could not be written */
    double loss;     /* of the last iteration */
    double val_loss; /* of the last validation */
    LogScores val_scores;
    LogWords words;            /* of the last iteration; NaN where that is not the loss of given words */
    struct Draw *draw;         /* with --scheduled-sampling */
    int32_t *inputs;           /* (rows, C-1), with it: the words that go in */
    SelfCritical *critic;      /* with --self-critical */
    LogReward drawn;           /* of the last iteration; NaN before the first one */
    double lr;                 /* of that, or of the next one after the end of an epoch */
    int64_t ahead, best_ahead; /* iterations of what --output and --keep-best hold already, of the same run */
    bool kept_best;            /* a validation was the best, and the model is in --keep-best */
    bool contradiction;
} TrainRun;

/* Opens the files and allocates all memory of a run, which starts from the beginning, from another model's parameters,
 * or from where a file stopped. Its options and report are set, the rest is zeroed. The caller ends it, also after a
 * failure. */
int train_start(TrainRun *run, Err *err);
void train_end(TrainRun *run);

#endif
