/* Stochastic gradient descent. */
#include "model/optim/optim.h"
#include "model/simd/name.h"

static void update_range(size_t n, real lr, const real *restrict dw, real *restrict w)
{
    for (size_t i = 0; i < n; i++)
        w[i] -= lr * dw[i];
}

static void update(const Optim *o, size_t n, real *w, const real *dw, real *const state[OPTIM_STATES])
{
    (void)state;
    update_range(n, (real)o->learning_rate, dw, w);
}

extern const OptimRule SIMD_NAME(rule_sgd);
const OptimRule SIMD_NAME(rule_sgd) = {
    .name = "sgd", .learning_rate = 1e-2, .training_rate = 1e-2, .update = update};
