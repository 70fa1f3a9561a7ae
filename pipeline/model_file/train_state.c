#include "pipeline/model_file/train_state.h"

#include "model/base/memory.h"

#include <stdlib.h>
#include <string.h>

int train_state_alloc(TrainState *s, size_t parameters)
{
    for (int i = 0; i < s->optim.rule->states; i++)
        if (!(s->slot[i] = model_alloc(parameters, sizeof **s->slot)))
            return -1;
    return 0;
}

void train_state_free(TrainState *s)
{
    free((char *)s->settings.data);
    free((char *)s->settings.keep_best);
    free(s->run);
    free(s->log);
    free(s->data_absolute);
    for (int i = 0; i < OPTIM_STATES; i++)
        free(s->slot[i]);
    free(s->loss);
    average_free(&s->average);
    memset(s, 0, sizeof *s);
}

int train_state_add_loss(TrainState *s, double loss)
{
    if (s->iteration >= s->loss_room) {
        int64_t room = s->loss_room ? 2 * s->loss_room : 1024;
        double *grown = realloc(s->loss, (size_t)room * sizeof *grown);
        if (!grown)
            return -1;
        s->loss = grown;
        s->loss_room = room;
    }
    s->loss[s->iteration] = loss;
    return 0;
}
