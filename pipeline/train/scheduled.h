/* Scheduled sampling (Bengio, Vinyals, Jaitly and Shazeer 2015, "Scheduled sampling for sequence prediction with
 * recurrent neural networks"): a word that goes in is, with a probability p, one that the model draws from its
 * softmax, and not the caption's; the words due stay the caption's. The gradient takes the words as given, as the
 * paper does.
 *
 *   p = P·e/(E-1)     in epoch e, from 0, of E: linear decay of the caption's share; P in a run of one epoch
 *
 * p depends on the iteration and the total alone, the words drawn on the seed and the iteration (model/decode/draw.h):
 * nothing of it is saved. Main thread; parallel inside. */
#ifndef COCO_PIPELINE_TRAIN_SCHEDULED_H
#define COCO_PIPELINE_TRAIN_SCHEDULED_H

#include "io/base/err.h"
#include "pipeline/train/train_start.h"

/* The probability p in the iteration after `done` of `total`. */
double scheduled_share(double P, int64_t done, int64_t per_epoch, int64_t total);

/* Sets run->draw and inputs, if the settings ask for it. */
int scheduled_start(TrainRun *run, Err *err);
void scheduled_end(TrainRun *run);

/* The words that go in (n, C-1) of the next iteration, in this rank's rows; NULL: the captions'. Valid until the
 * next call. */
const int32_t *scheduled_inputs(TrainRun *run, const Batch *batch);

#endif
