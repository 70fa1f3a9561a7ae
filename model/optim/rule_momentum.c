/* Gradient descent with momentum. */
#include "model/optim/optim.h"
#include "model/simd/name.h"

static void update_range(size_t n, real lr, real mu, const real *restrict dw, real *restrict w, real *restrict v)
{
    for (size_t i = 0; i < n; i++) {
        v[i] = mu * v[i] - lr * dw[i];
        w[i] += v[i];
    }
}

static void update(const Optim *o, size_t n, real *w, const real *dw, real *const state[OPTIM_STATES])
{
    update_range(n, (real)o->learning_rate, (real)o->mu, dw, w, state[0]);
}

extern const OptimRule SIMD_NAME(rule_momentum);
const OptimRule SIMD_NAME(rule_momentum) = {
    .name = "momentum",
    .states = 1,
    .state_name = {"velocity"},
    .learning_rate = 1e-2,
    .training_rate = 1e-2,
    .update = update,
};
