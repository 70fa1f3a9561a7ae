/* The learning rate of an iteration: a base, which decays at the ends of epochs or at checks, times a factor.
 *
 *   constant  base·lr_decay at the end of each epoch (the course)
 *   step      base·lr_decay at the end of each lr_every-th epoch
 *   cosine    as constant, times ½(1 + cos(π·k/K)): k of the K iterations after the warmup are done (Loshchilov and
 *             Hutter 2017, without restarts)
 *   plateau   base·lr_decay after every lr_every checks (--val-every) in a row without a better one
 *
 * A warmup of N iterations multiplies iteration i, from 1, by min(1, i/N) (Goyal et al. 2017). The factor depends on
 * the iteration and the total alone: nothing of it is saved. Any thread. */
#ifndef COCO_PIPELINE_TRAIN_RATE_H
#define COCO_PIPELINE_TRAIN_RATE_H

#include "pipeline/model_file/train_settings.h"

/* The lr_decay and lr_every of a schedule for which none is asked. */
double schedule_decay(LrSchedule schedule);
int64_t schedule_every(LrSchedule schedule);

/* What the base is multiplied by in the iteration after `done` of `total`. */
double rate_factor(const TrainSettings *settings, int64_t done, int64_t total);
/* What becomes of the base at the end of an epoch, from 1. */
double rate_after_epoch(const TrainSettings *settings, double base, int64_t epoch);
/* What becomes of it after `stale` checks in a row without a better one, counted from the last decay. */
double rate_after_check(const TrainSettings *settings, double base, int64_t stale);

#endif
