/* Things of one kind that wait to be used again: buffers, connections. Any thread. */
#ifndef COCO_IO_BASE_FREE_LIST_H
#define COCO_IO_BASE_FREE_LIST_H

#include <stdbool.h>

enum { FREE_LIST_MAX = 64 };

typedef struct FreeList FreeList;

FreeList *free_list_new(void); /* NULL: out of memory */
/* Frees the list, and with `dispose` each thing in it. A list of NULL is legal. */
void free_list_free(FreeList *list, void (*dispose)(void *thing));

/* The thing that was given last, now the caller's. NULL: the list is empty. */
void *free_list_take(FreeList *list);
/* Keeps the thing. False: the list holds FREE_LIST_MAX already, and the thing stays the caller's. */
bool free_list_give(FreeList *list, void *thing);

#endif
