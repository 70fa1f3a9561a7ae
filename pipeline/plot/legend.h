/* A plot's legend: an entry for each training and validation curve, in a row that wraps. */
#ifndef COCO_PIPELINE_PLOT_LEGEND_H
#define COCO_PIPELINE_PLOT_LEGEND_H

#include "io/picture/canvas.h"
#include "pipeline/plot/curves.h"
#include "pipeline/plot/plot.h"

#include <stdbool.h>

typedef struct {
    const PlotOptions *options; /* for the runs' names */
    const RunCurves *runs;
    int n_runs;
    double scale;    /* of all sizes */
    int left, right; /* the columns of pixels that it may take */
} Legend;

/* Draws the legend from `top` down, or only measures it if `draw` is false. Returns its height. */
int legend_put(const Legend *legend, Canvas *canvas, int top, bool draw);

#endif
