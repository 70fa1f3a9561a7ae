#include "model/optim.h"

#include <string.h>

static const struct {
    const char *name;
    int states;
    const char *state_name[OPTIM_STATES];
} rules[OPTIM_RULES] = {
    [OPTIM_SGD] = {"sgd", 0, {NULL, NULL}},
    [OPTIM_MOMENTUM] = {"momentum", 1, {"velocity", NULL}},
    [OPTIM_RMSPROP] = {"rmsprop", 1, {"cache", NULL}},
    [OPTIM_ADAM] = {"adam", 2, {"m", "v"}},
};

Optim optim_defaults(OptimRule rule)
{
    return (Optim){
        .rule = rule,
        .learning_rate = rule == OPTIM_ADAM ? 1e-3 : 1e-2,
        .mu = 0.9,
        .rho = 0.99,
        .beta1 = 0.9,
        .beta2 = 0.999,
        .eps = 1e-8,
    };
}

const char *optim_name(OptimRule rule)
{
    return rules[rule].name;
}

int optim_rule_named(const char *name)
{
    for (int i = 0; i < OPTIM_RULES; i++)
        if (!strcmp(rules[i].name, name))
            return i;
    return -1;
}

int optim_states(OptimRule rule)
{
    return rules[rule].states;
}

const char *optim_state_name(OptimRule rule, int i)
{
    return rules[rule].state_name[i];
}

/* Each updates one range; the ranges are the threads'. */

static void sgd(const Optim *o, size_t n, real *restrict w, const real *restrict dw)
{
    real lr = (real)o->learning_rate;
    for (size_t i = 0; i < n; i++)
        w[i] -= lr * dw[i];
}

static void momentum(const Optim *o, size_t n, real *restrict w, const real *restrict dw, real *restrict v)
{
    real lr = (real)o->learning_rate, mu = (real)o->mu;
    for (size_t i = 0; i < n; i++) {
        v[i] = mu * v[i] - lr * dw[i];
        w[i] += v[i];
    }
}

static void rmsprop(const Optim *o, size_t n, real *restrict w, const real *restrict dw, real *restrict c)
{
    real lr = (real)o->learning_rate, rho = (real)o->rho, rest = (real)(1 - o->rho), eps = (real)o->eps;
    for (size_t i = 0; i < n; i++) {
        c[i] = rho * c[i] + rest * (dw[i] * dw[i]);
        w[i] -= lr * dw[i] / (real_sqrt(c[i]) + eps);
    }
}

static void adam(const Optim *o, size_t n, real *restrict w, const real *restrict dw, real *restrict m,
                 real *restrict v)
{
    double t = (double)o->step;
    real alpha = (real)(o->learning_rate * sqrt(1 - pow(o->beta2, t)) / (1 - pow(o->beta1, t)));
    real b1 = (real)o->beta1, r1 = (real)(1 - o->beta1);
    real b2 = (real)o->beta2, r2 = (real)(1 - o->beta2), eps = (real)o->eps;
    for (size_t i = 0; i < n; i++) {
        m[i] = b1 * m[i] + r1 * dw[i];
        v[i] = b2 * v[i] + r2 * (dw[i] * dw[i]);
        w[i] -= alpha * m[i] / (real_sqrt(v[i]) + eps);
    }
}

void optim_update(Optim *o, size_t n, real *w, const real *dw, real *const state[OPTIM_STATES])
{
    enum { RANGE = 16384 }; /* elements: four arrays of this stay in a core's cache */
    o->step++;
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < n; i += RANGE) {
        size_t k = n - i < RANGE ? n - i : RANGE;
        switch (o->rule) {
        case OPTIM_SGD:
            sgd(o, k, w + i, dw + i);
            break;
        case OPTIM_MOMENTUM:
            momentum(o, k, w + i, dw + i, state[0] + i);
            break;
        case OPTIM_RMSPROP:
            rmsprop(o, k, w + i, dw + i, state[0] + i);
            break;
        case OPTIM_ADAM:
            adam(o, k, w + i, dw + i, state[0] + i, state[1] + i);
            break;
        }
    }
}
