/* Adam (Kingma and Ba 2015), eps outside the bias correction. */
#include "model/optim/optim.h"
#include "model/simd/name.h"

static void update_range(size_t n, real alpha, const real b[2], const real rest[2], real eps,
                         const real *restrict dw, real *restrict w, real *restrict m, real *restrict v)
{
    real b1 = b[0], b2 = b[1], r1 = rest[0], r2 = rest[1];
    for (size_t i = 0; i < n; i++) {
        m[i] = b1 * m[i] + r1 * dw[i];
        v[i] = b2 * v[i] + r2 * (dw[i] * dw[i]);
        w[i] -= alpha * m[i] / (real_sqrt(v[i]) + eps);
    }
}

static void update(const Optim *o, size_t n, real *w, const real *dw, real *const state[OPTIM_STATES])
{
    double t = (double)o->step;
    double alpha = o->learning_rate * sqrt(1 - pow(o->beta2, t)) / (1 - pow(o->beta1, t));
    update_range(n, (real)alpha, (real[]){(real)o->beta1, (real)o->beta2},
                 (real[]){(real)(1 - o->beta1), (real)(1 - o->beta2)}, (real)o->eps, dw, w, state[0], state[1]);
}

extern const OptimRule SIMD_NAME(rule_adam);
const OptimRule SIMD_NAME(rule_adam) = {
    .name = "adam",
    .states = 2,
    .state_name = {"m", "v"},
    .learning_rate = 1e-3,
    .training_rate = 5e-3,
    .update = update,
};
