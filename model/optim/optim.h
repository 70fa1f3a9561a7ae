/* The update rules of the course (cs231n, optim.py), on ranges of parameters (update.h).
 *
 *   sgd        w -= lr·dw
 *   momentum   v = mu·v - lr·dw;  w += v                                     mu 0.9
 *   rmsprop    c = rho·c + (1-rho)·dw²;  w -= lr·dw/(√c + eps)               rho 0.99, eps 1e-8
 *   adam       m = b1·m + (1-b1)·dw;  v = b2·v + (1-b2)·dw²;  t += 1
 *              w -= lr·√(1-b2^t)/(1-b1^t) · m/(√v + eps)                     b1 0.9, b2 0.999, eps 1e-8
 *
 * Adam has eps outside the bias correction, as the course's assignment 3 does (Kingma and Ba 2015,
 * section 2, the efficient form), not m̂/(√v̂ + eps) as PyTorch does.
 *
 * A rule is one file, rule_NAME.c, and one row of RULES. The file is compiled once per instruction set, and defines its
 * OptimRule under SIMD_NAME(rule_NAME) (model/simd/name.h). */
#ifndef COCO_MODEL_OPTIM_H
#define COCO_MODEL_OPTIM_H

#include "model/base/real.h"

#include <stddef.h>
#include <stdint.h>

/* Every rule, one row each. */
#define RULES(row) row(sgd) row(momentum) row(rmsprop) row(adam)

enum { OPTIM_STATES = 2 }; /* the most arrays of state that a rule has */

typedef struct OptimRule OptimRule;

typedef struct {
    const OptimRule *rule;
    double learning_rate;
    int64_t step; /* updates done: adam's t */
    double mu, rho, beta1, beta2, eps;
} Optim;

struct OptimRule {
    const char *name;
    int states;                           /* arrays of state, each as large as the parameters */
    const char *state_name[OPTIM_STATES]; /* "velocity"; "m", "v" */
    double learning_rate;                 /* optim.py's default */
    double training_rate;                 /* what the course's notebooks train with */
    /* Updates one range of w and of the states by dw; optim->step already counts this update. Any thread. */
    void (*update)(const Optim *optim, size_t n, real *w, const real *dw, real *const state[OPTIM_STATES]);
};

/* The rule of that name, or NULL. */
const OptimRule *rule_named(const char *name);
/* The i-th rule, from 0; NULL past the last. */
const OptimRule *rule_at(int i);
/* All names, "sgd|momentum|rmsprop|adam", in the order of rule_at. */
const char *rule_names(void);

/* The course's constants, and optim.py's learning rate. */
Optim optim_defaults(const OptimRule *rule);

#endif
