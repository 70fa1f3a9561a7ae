#include "io/base/free_list.h"

#include <pthread.h>
#include <stdlib.h>

struct FreeList {
    pthread_mutex_t lock; /* guards the rest */
    int n;
    void *thing[FREE_LIST_MAX];
};

FreeList *free_list_new(void)
{
    FreeList *list = calloc(1, sizeof *list);
    if (list)
        pthread_mutex_init(&list->lock, NULL);
    return list;
}

void free_list_free(FreeList *list, void (*dispose)(void *thing))
{
    if (!list)
        return;
    while (list->n > 0)
        dispose(list->thing[--list->n]);
    pthread_mutex_destroy(&list->lock);
    free(list);
}

void *free_list_take(FreeList *list)
{
    pthread_mutex_lock(&list->lock);
    void *thing = list->n > 0 ? list->thing[--list->n] : NULL;
    pthread_mutex_unlock(&list->lock);
    return thing;
}

bool free_list_give(FreeList *list, void *thing)
{
    pthread_mutex_lock(&list->lock);
    bool room = list->n < FREE_LIST_MAX;
    if (room)
        list->thing[list->n++] = thing;
    pthread_mutex_unlock(&list->lock);
    return room;
}
