#include "pipeline/easel.h"

#include "io/err.h"

#include <stdlib.h>
#include <threads.h>

struct Easel {
    int width, height;
    mtx_t lock; /* guards all below */
    Canvas **idle;
    int n_idle;
};

Easel *easel_new(int most, int width, int height, char *err, size_t errlen)
{
    Easel *easel = calloc(1, sizeof *easel);
    if (easel)
        easel->idle = calloc((size_t)most, sizeof *easel->idle);
    if (!easel || !easel->idle || mtx_init(&easel->lock, mtx_plain) != thrd_success) {
        if (easel)
            free(easel->idle);
        free(easel);
        err_set(err, errlen, "out of memory");
        return NULL;
    }
    easel->width = width;
    easel->height = height;
    return easel;
}

void easel_free(Easel *easel)
{
    if (!easel)
        return;
    for (int i = 0; i < easel->n_idle; i++)
        canvas_free(easel->idle[i]);
    mtx_destroy(&easel->lock);
    free(easel->idle);
    free(easel);
}

Canvas *easel_take(Easel *easel, char *err, size_t errlen)
{
    Canvas *canvas = NULL;
    mtx_lock(&easel->lock);
    if (easel->n_idle)
        canvas = easel->idle[--easel->n_idle];
    mtx_unlock(&easel->lock);
    return canvas ? canvas : canvas_new(easel->width, easel->height, 0, err, errlen);
}

void easel_give(Easel *easel, Canvas *canvas)
{
    mtx_lock(&easel->lock);
    easel->idle[easel->n_idle++] = canvas;
    mtx_unlock(&easel->lock);
}
