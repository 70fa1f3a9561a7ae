/* The number type of model/: float for the commands, double for the gradient checks. Everything in this folder is
 * compiled once for each. */
#ifndef COCO_MODEL_REAL_H
#define COCO_MODEL_REAL_H

#include <math.h> /* exp, tanh, log */

#ifdef REAL_IS_DOUBLE
typedef double real;

static inline real real_sqrt(real x)
{
    return sqrt(x);
}
#else
typedef float real;

static inline real real_sqrt(real x)
{
    return sqrtf(x);
}
#endif

#endif
