#include "io/base/free_list.h"

#include <stdatomic.h>
#include <stddef.h>

void *spare_take(Spares *spares)
{
    void *thing = NULL;
    /* Looked at before it is exchanged: most places are empty, and a look leaves them to other processors too. */
    for (int i = 0; i < SPARES_MAX && !thing; i++)
        if (atomic_load(&spares->place[i]))
            thing = atomic_exchange(&spares->place[i], NULL);
    return thing;
}

bool spare_give(Spares *spares, void *thing)
{
    for (int i = 0; i < SPARES_MAX; i++) {
        void *empty = NULL;
        if (atomic_compare_exchange_strong(&spares->place[i], &empty, thing))
            return true;
    }
    return false;
}
