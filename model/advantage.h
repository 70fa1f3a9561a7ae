/* The gradient of the expected reward of a model's own captions, REINFORCE (Williams 1992) with a baseline:
 *
 *   ∇ E[r(w)] = E[(r(w) - b) Σ_t ∇ log p(w_t)]        for any b that does not depend on w
 *
 *   baseline   b of sample i
 *   greedy     the reward of the caption of the highest scores: self-critical training (Rennie et al. 2017)
 *   mean       the mean reward of the other samples of the image (Luo 2020, "A better variant of self-critical sequence
 *              training")
 *
 * So a step down the loss of loss.h, whose rows are captions drawn and whose weights are the advantages r - b,
 *
 *   loss = -(1/N) Σ_rows advantage_row · Σ_t log p(w_t),       N = images · samples, <END> among the words
 *
 * raises the mean reward. Any thread. */
#ifndef COCO_MODEL_ADVANTAGE_H
#define COCO_MODEL_ADVANTAGE_H

#include "model/base/real.h"

/* advantage (n,K) of K samples of n images from their rewards (n,K) and those of the greedy captions (n); greedy NULL:
 * the baseline is the mean of the other samples, and K is at least 2. Returns the mean baseline. */
double advantages(int n, int K, const double *reward, const double *greedy, real *advantage);

#endif
