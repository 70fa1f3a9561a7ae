/* Canvases that threads borrow: no more than draw at the same time, made when first needed and used again, because a
 * canvas with its fonts is expensive to make. Any thread may take and give back. */
#ifndef COCO_PIPELINE_SHEET_CANVAS_POOL_H
#define COCO_PIPELINE_SHEET_CANVAS_POOL_H

#include "io/base/err.h"
#include "io/picture/canvas.h"

typedef struct CanvasPool CanvasPool;

/* For at most `borrowers` at a time; all canvases have this size. NULL: out of memory. */
CanvasPool *canvas_pool_new(int borrowers, int width, int height, Err *err);
void canvas_pool_free(CanvasPool *pool); /* once all canvases are given back; NULL is legal */
/* A canvas, which still shows what was last drawn on it. NULL: it cannot be made. */
Canvas *canvas_pool_take(CanvasPool *pool, Err *err);
void canvas_pool_give(CanvasPool *pool, Canvas *canvas);

#endif
