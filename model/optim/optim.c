#include "model/optim/optim.h"

#include "model/simd.h"

#include <string.h>

const OptimRule *rule_at(int i)
{
    for (int k = 0; k <= i; k++)
        if (!simd->rules[k])
            return NULL;
    return simd->rules[i];
}

const OptimRule *rule_named(const char *name)
{
    for (int i = 0; simd->rules[i]; i++)
        if (!strcmp(simd->rules[i]->name, name))
            return simd->rules[i];
    return NULL;
}

const char *rule_names(void)
{
#define BAR_NAME(name) "|" #name
    return &RULES(BAR_NAME)[1];
}

Optim optim_defaults(const OptimRule *rule)
{
    return (Optim){
        .rule = rule,
        .learning_rate = rule->learning_rate,
        .mu = 0.9,
        .rho = 0.99,
        .beta1 = 0.9,
        .beta2 = 0.999,
        .eps = 1e-8,
    };
}

void optim_update(Optim *o, size_t n, real *w, const real *dw, real *const state[OPTIM_STATES])
{
    enum { RANGE = 16384 }; /* elements: four arrays of this stay in a core's cache */
    o->step++;
#pragma omp parallel for schedule(dynamic)
    for (size_t i = 0; i < n; i += RANGE) {
        real *range[OPTIM_STATES] = {NULL};
        for (int k = 0; k < o->rule->states; k++)
            range[k] = state[k] + i;
        o->rule->update(o, n - i < RANGE ? n - i : RANGE, w + i, dw + i, range);
    }
}
