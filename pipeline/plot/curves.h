/* Loss curves, read from training logs.
 *
 * A resumed run returns to an earlier iteration in its log: later lines win, and what they replace is dropped. The
 * training loss comes from "iteration" events, the validation loss from any event that has one. */
#ifndef COCO_PIPELINE_PLOT_CURVES_H
#define COCO_PIPELINE_PLOT_CURVES_H

#include "io/base/err.h"

#include <stddef.h>

typedef struct {
    double x, y; /* iteration, loss */
} CurvePoint;

typedef struct {
    CurvePoint *point; /* x rises strictly */
    size_t n, room;
} Curve;

typedef struct {
    Curve loss, val;
} RunCurves; /* of one training run */

/* Reads one log; "-" is stdin. -1: a bad line, which err names, or no losses at all. */
int curves_read(RunCurves *run, const char *path, Err *err);
void curves_free(RunCurves *run); /* legal on a zeroed one */

/* The mean over a window of n points around each point. Near the start, where losses fall fast, the window shrinks on
 * both sides; near the end only on the right, so that the last value is a mean too. -1: out of memory. */
int curves_smooth(Curve *out, const Curve *in, size_t n);

/* Drops the points that a logarithmic axis cannot show. Returns their number. */
size_t curves_keep_positive(Curve *curve);

#endif
