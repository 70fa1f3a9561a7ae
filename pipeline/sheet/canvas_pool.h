/* Canvases that threads borrow: as many as draw at one time, made when first needed and used again, for a canvas
 * with its fonts is dear. Any thread may take and give back. */
#ifndef COCO_PIPELINE_SHEET_CANVAS_POOL_H
#define COCO_PIPELINE_SHEET_CANVAS_POOL_H

#include "io/base/err.h"
#include "io/picture/canvas.h"

typedef struct Easel Easel;

/* For at most `most` borrowers at a time; all canvases are of this size. NULL: out of memory. */
Easel *easel_new(int most, int width, int height, Err *err);
void easel_free(Easel *easel); /* once all canvases are given back; NULL is legal */
/* A canvas, with whatever was drawn on it last; *place is what gives it back. NULL: it cannot be made. */
Canvas *easel_take(Easel *easel, int *place, Err *err);
void easel_give(Easel *easel, int place);

#endif
