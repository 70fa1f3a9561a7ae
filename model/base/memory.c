#include "model/base/memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

void *model_room(size_t n, size_t size)
{
    enum { ALIGN = 64 };
    size_t bytes;
    if (__builtin_mul_overflow(n, size, &bytes) || bytes > SIZE_MAX - ALIGN)
        return NULL;
    return aligned_alloc(ALIGN, (bytes / ALIGN + 1) * ALIGN);
}

void *model_alloc(size_t n, size_t size)
{
    void *p = model_room(n, size);
    if (p)
        memset(p, 0, n * size);
    return p;
}

static void *keep(Blocks *b, void *p)
{
    if (p && b->n < (int)(sizeof b->block / sizeof *b->block)) {
        b->block[b->n++] = p;
        return p;
    }
    free(p);
    b->failed = 1;
    return NULL;
}

void *blocks_alloc(Blocks *b, size_t n, size_t size)
{
    return keep(b, model_alloc(n, size));
}

void *blocks_room(Blocks *b, size_t n, size_t size)
{
    return keep(b, model_room(n, size));
}

void blocks_free(Blocks *b)
{
    for (int i = 0; i < b->n; i++)
        free(b->block[i]);
    *b = (Blocks){.n = 0};
}
