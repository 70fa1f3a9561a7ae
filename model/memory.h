/* Memory for arrays: aligned for vectors, and many blocks with one owner. */
#ifndef COCO_MODEL_MEMORY_H
#define COCO_MODEL_MEMORY_H

#include <stddef.h>

/* n elements of a size, aligned to 64 bytes: a cache line, and the widest vector. NULL: out of memory, or the size
 * overflows. free() frees. model_alloc's are zeroed, model_room's are not: pages never written take no memory. */
void *model_alloc(size_t n, size_t size);
void *model_room(size_t n, size_t size);

/* The blocks of one object, freed together. Zeroed at first. */
typedef struct {
    void *block[64];
    int n;
    int failed; /* a block could not be had: look once, after the last */
} Blocks;

/* As model_alloc and model_room; sets `failed` as well where it returns NULL. */
void *blocks_alloc(Blocks *blocks, size_t n, size_t size);
void *blocks_room(Blocks *blocks, size_t n, size_t size);
void blocks_free(Blocks *blocks);

#endif
