/* Loss curves as a picture: training and validation loss over iterations, several runs in one.
 *
 *   logs ──► curves ──► axes with round ticks ──► at most four points per pixel column ──► PNG
 *
 * A long run has more points than the picture has columns: each column shows the first, lowest, highest and last of its
 * points, so that nothing is lost or invented. */
#ifndef COCO_PIPELINE_PLOT_PLOT_H
#define COCO_PIPELINE_PLOT_PLOT_H

#include "io/base/err.h"
#include "pipeline/common/report.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct {
    const char *const *inputs; /* training logs; "-" is stdin */
    int n_inputs;
    const char *const *labels; /* names of the first n_labels runs; the others are named after their files */
    int n_labels;
    const char *output; /* a path; "-" is stdout */
    const char *title;
    const char *x;     /* what the logs' iterations are */
    const char *y;     /* the number of the logs to draw; NULL: losses */
    int width, height; /* in pixels */
    bool best; /* mark the best point of each curve that is not of iterations: the lowest loss, the highest score */
    bool log_x, log_y;
    int smooth; /* show the mean over this many points, and the curve itself, faint; 0: no smoothing */
} PlotOptions;

enum { PLOT_SIDE_MIN = 160, PLOT_SIDE_MAX = 8192 };

/* 960 x 540, "Training loss", "iteration". */
PlotOptions plot_defaults(void);

/* Reads the logs, draws them and writes the picture. *reader_gone: it failed because stdout is a closed pipe. */
int plot_render(const PlotOptions *options, const Report *report, bool *reader_gone, Err *err);

#endif
