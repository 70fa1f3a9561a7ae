/* Memory for arrays: aligned for vectors, and many blocks under one owner. */
#ifndef COCO_MODEL_MEMORY_H
#define COCO_MODEL_MEMORY_H

#include <stddef.h>

/* n elements of `size` bytes, aligned to 64: a cache line and the widest vector. NULL if out of memory or if the size
 * overflows. Free with free(). model_alloc zeroes; model_room does not, so that untouched pages cost no memory. */
void *model_alloc(size_t n, size_t size);
void *model_room(size_t n, size_t size);

/* The blocks of one object, freed together. Starts zeroed. */
typedef struct {
    void *block[64];
    int n;
    int failed; /* an allocation failed: check once, after the last one */
} Blocks;

/* Like model_alloc and model_room, but also set `failed` when they return NULL. */
void *blocks_alloc(Blocks *blocks, size_t n, size_t size);
void *blocks_room(Blocks *blocks, size_t n, size_t size);
void blocks_free(Blocks *blocks);

#endif
