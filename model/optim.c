#include "model/optim.h"

#include "model/simd.h"

const char OPTIM_NAMES[] = "sgd|momentum|rmsprop|adam";

static const struct {
    int states;
    const char *state_name[OPTIM_STATES];
} rules[OPTIM_RULES] = {
    [OPTIM_SGD] = {0, {NULL, NULL}},
    [OPTIM_MOMENTUM] = {1, {"velocity", NULL}},
    [OPTIM_RMSPROP] = {1, {"cache", NULL}},
    [OPTIM_ADAM] = {2, {"m", "v"}},
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

int optim_states(OptimRule rule)
{
    return rules[rule].states;
}

const char *optim_state_name(OptimRule rule, int i)
{
    return rules[rule].state_name[i];
}

/* One range; the ranges are the threads'. */
static void update_range(const Optim *o, size_t n, real *w, const real *dw, real *s0, real *s1)
{
    real lr = (real)o->learning_rate, eps = (real)o->eps;
    double t = (double)o->step;
    switch (o->rule) {
    case OPTIM_SGD:
        simd->sgd(n, lr, dw, w);
        break;
    case OPTIM_MOMENTUM:
        simd->momentum(n, lr, (real)o->mu, dw, w, s0);
        break;
    case OPTIM_RMSPROP:
        simd->rmsprop(n, lr, (real)o->rho, (real)(1 - o->rho), eps, dw, w, s0);
        break;
    case OPTIM_ADAM:
        simd->adam(n, (real)(o->learning_rate * sqrt(1 - pow(o->beta2, t)) / (1 - pow(o->beta1, t))),
                   (real[]){(real)o->beta1, (real)o->beta2}, (real[]){(real)(1 - o->beta1), (real)(1 - o->beta2)},
                   eps, dw, w, s0, s1);
        break;
    }
}

void optim_update(Optim *o, size_t n, real *w, const real *dw, real *const state[OPTIM_STATES])
{
    enum { RANGE = 16384 }; /* elements: four arrays of this stay in a core's cache */
    int states = optim_states(o->rule);
    o->step++;
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < n; i += RANGE)
        update_range(o, n - i < RANGE ? n - i : RANGE, w + i, dw + i, states > 0 ? state[0] + i : NULL,
                     states > 1 ? state[1] + i : NULL);
}
