#include "model/optim/update.h"

_Static_assert((int)TENSORS_MOST <= (int)JOBS_MOST && TENSORS_MOST <= 64, "a job and a bit for each tensor");

enum { RANGE = 16384 }; /* numbers of a part: four arrays of this stay in a core's cache */

static void decay_range(real rate, size_t n, real *w)
{
    for (size_t i = 0; i < n; i++)
        w[i] -= rate * w[i];
}

static void update_part(const Job *job, int part)
{
    const Update *u = job->of;
    const Tensor *t = &u->params->tensor[job->which];
    const size_t from = (size_t)part * RANGE, n = t->size - from < RANGE ? t->size - from : RANGE;
    const size_t at = t->offset + from;
    real *range[OPTIM_STATES] = {NULL};
    for (int k = 0; k < u->optim.rule->states; k++)
        range[k] = u->slot[k] + at;
    if (u->decay > 0 && t->start == START_FAN_IN)
        decay_range((real)u->decay, n, u->params->data + at);
    u->optim.rule->update(&u->optim, n, u->params->data + at, u->grads->data + at, range);
}

void update_add(Jobs *jobs, Update *u, int tensor)
{
    size_t size = u->params->tensor[tensor].size;
    u->begun |= UINT64_C(1) << tensor;
    jobs_add(jobs, (Job){.parts = (int)((size + RANGE - 1) / RANGE), .run = update_part, .of = u, .which = tensor});
}

void update_add_rest(Jobs *jobs, Update *u)
{
    for (int k = 0; k < u->params->n_tensors; k++)
        if (!(u->begun >> k & 1))
            update_add(jobs, u, k);
}
