/* Loss curves, read from training logs.
 *
 * A run that was resumed goes back in its log to an earlier iteration: the later lines win, what they
 * replace is forgotten. The training loss comes from "iteration" events, the validation loss from any event
 * that has one. */
#ifndef COCO_PIPELINE_PLOT_CURVES_H
#define COCO_PIPELINE_PLOT_CURVES_H

#include "io/base/err.h"

#include <stddef.h>

typedef struct {
    double x, y; /* iteration, loss */
} Point;

typedef struct {
    Point *point; /* x rises strictly */
    size_t n, room;
} Curve;

typedef struct {
    Curve loss, val;
} Run;

/* Reads one log; "-" is stdin. A log without any loss is an error, as is a bad line, which err names. */
int curves_read(Run *run, const char *path, Err *err);
void curves_free(Run *run); /* legal on a zeroed one */

/* The mean over a window of n points about each one. At the start, where losses fall fast, the window is
 * narrower on both sides; at the end on the far side alone, so that the last value is a mean too.
 * -1: out of memory. */
int curves_smooth(Curve *out, const Curve *in, size_t n);

/* Leaves out points that a logarithmic axis cannot show. The number of them. */
size_t curves_keep_positive(Curve *curve);

#endif
