/* Rows picked by words: their vectors, and the sums of what belongs to equal words, as jobs. A Gather or a Scatter is
 * borrowed until its job is done; jobs run on any thread. */
#ifndef COCO_MODEL_EMBEDDING_H
#define COCO_MODEL_EMBEDDING_H

#include "model/base/jobs.h"
#include "model/base/real.h"

#include <stdint.h>

/* out (n,D) = W[x] */
typedef struct {
    real *out;
    const int32_t *x; /* (n) */
    const real *W;
    int n, D;
} Gather;
Job gather_job(const Gather *gather);

/* dW[x] += dout (n,D): repeated words add up, in the order of x. */
typedef struct {
    real *dW;
    int zeroed; /* so many rows of dW are set to zero first */
    const int32_t *x;
    const real *dout;
    int n, D;
} Scatter;
Job scatter_job(const Scatter *scatter);

#endif
