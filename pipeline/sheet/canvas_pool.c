#include "pipeline/sheet/canvas_pool.h"

#include "io/base/err.h"

#include <stdatomic.h>
#include <stdlib.h>

typedef struct {
    atomic_flag taken;
    Canvas *canvas; /* the taker's alone; NULL: not yet made */
} Place;

struct Easel {
    int width, height, n;
    Place *place; /* as many as borrowers: there is always a free one */
};

Easel *easel_new(int most, int width, int height, Err *err)
{
    Easel *easel = calloc(1, sizeof *easel);
    if (easel)
        easel->place = calloc((size_t)most, sizeof *easel->place);
    if (!easel || !easel->place) {
        free(easel);
        err_set(err, "out of memory");
        return NULL;
    }
    *easel = (Easel){width, height, most, easel->place};
    for (int i = 0; i < most; i++)
        atomic_flag_clear(&easel->place[i].taken);
    return easel;
}

void easel_free(Easel *easel)
{
    if (!easel)
        return;
    for (int i = 0; i < easel->n; i++)
        canvas_free(easel->place[i].canvas);
    free(easel->place);
    free(easel);
}

Canvas *easel_take(Easel *easel, int *place, Err *err)
{
    int i = 0;
    while (atomic_flag_test_and_set(&easel->place[i].taken))
        i = (i + 1) % easel->n;
    Place *p = &easel->place[i];
    if (!p->canvas)
        p->canvas = canvas_new(easel->width, easel->height, 0, err);
    if (!p->canvas)
        atomic_flag_clear(&p->taken);
    *place = i;
    return p->canvas;
}

void easel_give(Easel *easel, int place)
{
    atomic_flag_clear(&easel->place[place].taken);
}
