/* Things of one kind that are kept for the next who needs one: buffers, connections. From any thread, without a lock.
 *
 * A zeroed Spares is empty. What is left in one at the end is its owner's to take out and free. */
#ifndef COCO_IO_BASE_FREE_LIST_H
#define COCO_IO_BASE_FREE_LIST_H

#include <stdbool.h>

enum { SPARES_MAX = 64 };

typedef struct {
    _Atomic(void *) place[SPARES_MAX]; /* NULL: an empty one */
} Spares;

/* Any of them, the caller's from now on. NULL: there is none. */
void *spare_take(Spares *spares);
/* Keeps it. False: there is no room, and it stays the caller's. */
bool spare_give(Spares *spares, void *thing);

#endif
