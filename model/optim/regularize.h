/* What happens to a gradient before an update. Main thread; parallel inside; the same bits for any number of threads. */
#ifndef COCO_MODEL_REGULARIZE_H
#define COCO_MODEL_REGULARIZE_H

#include "model/base/real.h"

#include <stddef.h>

/* sum += part (n): gradients of two parts of a minibatch. */
void gradient_add(real *sum, const real *part, size_t n);

/* √Σ g² of a gradient (n), summed in double: over parts whose number is fixed, then over the parts in their order. */
double gradient_norm(const real *g, size_t n);

/* Clips a gradient (n) in place: first each number to -value..value, then all by one factor, so that the norm of the
 * whole is at most `norm` (Pascanu et al. 2013). 0: not that one. */
void gradient_clip(double norm, double value, real *g, size_t n);

#endif
