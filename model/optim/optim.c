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
