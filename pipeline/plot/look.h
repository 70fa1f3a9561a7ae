/* How a plot looks: its colours, and the marks of single points. */
#ifndef COCO_PIPELINE_PLOT_LOOK_H
#define COCO_PIPELINE_PLOT_LOOK_H

#include "io/picture/canvas.h"

#include <stdbool.h>

enum {
    LOOK_PAPER = 0xFFFFFF,
    LOOK_GRID = 0xE6E6E3,
    LOOK_FRAME = 0x9A9C9F,
    LOOK_INK = 0x1B1B1B,
    LOOK_MUTED = 0x5F6266
};

/* The colour of a run's training curve, or the darker one of its validation curve; they repeat after some runs. */
Color look_curve(int run, bool val);
/* The same colour for a curve that another one covers. */
Color look_faint(Color color);

/* Draws the mark of a point, with an edge that sets it off from its curve. */
void look_marker(Canvas *canvas, double scale, double x, double y, Color color);

#endif
