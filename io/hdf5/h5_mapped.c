#include "io/hdf5/h5_mapped.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* `used` is written last and cleared first, so that a signal handler sees whole entries. */
static struct {
    uintptr_t begin, end;
    char path[1024];
    atomic_bool used;
} mapped[MAPPED_MAX];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

void mapped_remember(const void *base, size_t bytes, const char *path)
{
    pthread_mutex_lock(&lock);
    for (int i = 0; i < MAPPED_MAX; i++)
        if (!atomic_load(&mapped[i].used)) {
            mapped[i].begin = (uintptr_t)base;
            mapped[i].end = (uintptr_t)base + bytes;
            snprintf(mapped[i].path, sizeof mapped[i].path, "%s", path);
            atomic_store(&mapped[i].used, true);
            break;
        }
    pthread_mutex_unlock(&lock);
}

void mapped_forget(const void *base)
{
    pthread_mutex_lock(&lock);
    for (int i = 0; i < MAPPED_MAX; i++)
        if (atomic_load(&mapped[i].used) && mapped[i].begin == (uintptr_t)base)
            atomic_store(&mapped[i].used, false);
    pthread_mutex_unlock(&lock);
}

const char *mapped_path(const void *address)
{
    uintptr_t at = (uintptr_t)address;
    for (int i = 0; i < MAPPED_MAX; i++)
        if (atomic_load(&mapped[i].used) && at >= mapped[i].begin && at < mapped[i].end)
            return mapped[i].path;
    return NULL;
}
