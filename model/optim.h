/* The update rules of the course (cs231n, optim.py), on one flat block of parameters.
 *
 *   sgd        w -= lr·dw
 *   momentum   v = mu·v - lr·dw;  w += v                                     mu 0.9
 *   rmsprop    c = rho·c + (1-rho)·dw²;  w -= lr·dw/(√c + eps)               rho 0.99, eps 1e-8
 *   adam       m = b1·m + (1-b1)·dw;  v = b2·v + (1-b2)·dw²;  t += 1
 *              w -= lr·√(1-b2^t)/(1-b1^t) · m/(√v + eps)                     b1 0.9, b2 0.999, eps 1e-8
 *
 * Adam has eps outside the bias correction, as the course's assignment 3 does (Kingma and Ba 2015,
 * section 2, the efficient form), not m̂/(√v̂ + eps) as PyTorch does. */
#ifndef COCO_MODEL_OPTIM_H
#define COCO_MODEL_OPTIM_H

#include "model/real.h"

#include <stddef.h>
#include <stdint.h>

typedef enum { OPTIM_SGD, OPTIM_MOMENTUM, OPTIM_RMSPROP, OPTIM_ADAM } OptimRule;
enum { OPTIM_RULES = 4, OPTIM_STATES = 2 };
extern const char OPTIM_NAMES[]; /* of the rules, in their order: "sgd|momentum|rmsprop|adam" */

typedef struct {
    OptimRule rule;
    double learning_rate;
    int64_t step; /* updates done: adam's t */
    double mu, rho, beta1, beta2, eps;
} Optim;

/* The course's constants; learning rate 1e-2 (adam 1e-3). */
Optim optim_defaults(OptimRule rule);
int optim_states(OptimRule rule);                    /* arrays of state, each as large as the parameters: 0 to 2 */
const char *optim_state_name(OptimRule rule, int i); /* "velocity", "cache", "m", "v" */

/* One update of w (n) by dw (n); state[i] (n) for each of the rule's arrays, zero before the first.
 * Counts the step. Main thread; parallel inside. */
void optim_update(Optim *optim, size_t n, real *w, const real *dw, real *const state[OPTIM_STATES]);

#endif
