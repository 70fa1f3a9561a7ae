/* RMSProp (Tieleman and Hinton 2012): each gradient over the root of a running mean of its square. */
#include "model/optim/optim.h"
#include "model/simd/name.h"

static void update_range(size_t n, real lr, real rho, real rest, real eps, const real *restrict dw,
                         real *restrict w, real *restrict c)
{
    for (size_t i = 0; i < n; i++) {
        c[i] = rho * c[i] + rest * (dw[i] * dw[i]);
        w[i] -= lr * dw[i] / (real_sqrt(c[i]) + eps);
    }
}

static void update(const Optim *o, size_t n, real *w, const real *dw, real *const state[OPTIM_STATES])
{
    update_range(n, (real)o->learning_rate, (real)o->rho, (real)(1 - o->rho), (real)o->eps, dw, w, state[0]);
}

extern const OptimRule SIMD_NAME(rule_rmsprop);
const OptimRule SIMD_NAME(rule_rmsprop) = {
    .name = "rmsprop",
    .states = 1,
    .state_name = {"cache"},
    .learning_rate = 1e-2,
    .training_rate = 1e-2,
    .update = update,
};
