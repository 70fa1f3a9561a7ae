/* The rectifier, over all threads. Main thread. */
#ifndef COCO_MODEL_RELU_H
#define COCO_MODEL_RELU_H

#include "model/base/real.h"

/* v (n,m) = max(0, v), in place; a NaN stays. */
void relu_forward(int n, int m, real *v);
/* d (n,m) = 0 where v, which relu_forward gave, is not positive. */
void relu_backward(int n, int m, const real *v, real *d);

#endif
