/* Loss curves as a picture: training and validation loss over iterations, several runs in one.
 *
 *   logs ──► curves ──► axes with round ticks ──► at most four points a pixel column ──► PNG
 *
 * A long run has more points than the picture has columns: each column draws the first, lowest, highest and
 * last of its points, so that nothing is lost or invented. */
#ifndef COCO_PIPELINE_PLOT_PLOT_H
#define COCO_PIPELINE_PLOT_PLOT_H

#include "io/base/err.h"
#include "pipeline/common/report.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct {
    const char *const *inputs; /* training logs; "-" is stdin */
    int n_inputs;
    const char *const *labels; /* names of the first n_labels runs; the others go by their file's name */
    int n_labels;
    const char *output; /* a path; "-" is stdout */
    const char *title;
    int width, height; /* in pixels */
    bool log_y;
    int smooth; /* mean over so many points, the curve itself faint behind; 0: none */
} PlotSpec;

enum { PLOT_SIDE_MIN = 160, PLOT_SIDE_MAX = 8192 };

/* 960 x 540, "Training loss". */
PlotSpec plot_defaults(void);

/* Reads the logs, draws, writes the picture. *reader_gone: the failure was a closed pipe at stdout. */
int plot_render(const PlotSpec *spec, const Report *report, bool *reader_gone, Err *err);

#endif
