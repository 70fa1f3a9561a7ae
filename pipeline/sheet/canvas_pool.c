#include "pipeline/sheet/canvas_pool.h"

#include "io/base/err.h"

#include <pthread.h>
#include <stdlib.h>

struct CanvasPool {
    int width, height;
    pthread_mutex_t lock; /* for what follows */
    Canvas **idle;        /* room for one per borrower */
    int n_idle;
};

CanvasPool *canvas_pool_new(int borrowers, int width, int height, Err *err)
{
    CanvasPool *pool = calloc(1, sizeof *pool);
    Canvas **idle = calloc((size_t)borrowers, sizeof(Canvas *));
    if (!pool || !idle) {
        free(pool);
        free(idle);
        err_set(err, "out of memory");
        return NULL;
    }
    *pool = (CanvasPool){.width = width, .height = height, .idle = idle};
    pthread_mutex_init(&pool->lock, NULL);
    return pool;
}

void canvas_pool_free(CanvasPool *pool)
{
    if (!pool)
        return;
    while (pool->n_idle)
        canvas_free(pool->idle[--pool->n_idle]);
    pthread_mutex_destroy(&pool->lock);
    free(pool->idle);
    free(pool);
}

Canvas *canvas_pool_take(CanvasPool *pool, Err *err)
{
    pthread_mutex_lock(&pool->lock);
    Canvas *canvas = pool->n_idle ? pool->idle[--pool->n_idle] : NULL;
    pthread_mutex_unlock(&pool->lock);
    return canvas ? canvas : canvas_new(pool->width, pool->height, 0, err);
}

void canvas_pool_give(CanvasPool *pool, Canvas *canvas)
{
    pthread_mutex_lock(&pool->lock);
    pool->idle[pool->n_idle++] = canvas;
    pthread_mutex_unlock(&pool->lock);
}
