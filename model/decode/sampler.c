#include "model/decode/sampler.h"

#include <string.h>

#define SAMPLER_ADDRESS(name) &sampler_##name,
static const Sampler *const samplers[] = {SAMPLERS(SAMPLER_ADDRESS) NULL};

const Sampler *sampler_named(const char *name)
{
    for (int i = 0; samplers[i]; i++)
        if (!strcmp(samplers[i]->name, name))
            return samplers[i];
    return NULL;
}
