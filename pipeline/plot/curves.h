/* Curves of losses, or of another number, read from training logs.
 *
 * A resumed run returns to an earlier iteration in its log: later lines win, and what they replace is dropped. The
 * training loss comes from "iteration" events, the validation loss from any event that has one. Another number is
 * drawn as a training loss if "iteration" events have it, with val_ before its name as a validation loss beside it;
 * else as a validation loss. */
#ifndef COCO_PIPELINE_PLOT_CURVES_H
#define COCO_PIPELINE_PLOT_CURVES_H

#include "io/base/err.h"

#include "pipeline/common/report.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct {
    double x, y; /* iteration, loss */
    bool gap;    /* iterations are missing before this point, more than the log usually leaves out */
} CurvePoint;

typedef struct {
    CurvePoint *point; /* x rises strictly */
    size_t n, room;
} Curve;

typedef struct {
    Curve loss, val;
} RunCurves; /* of one training run */

/* Reads one log; "-" is stdin. key: the number to take instead of the losses; NULL: none. Losses that are not finite
 * numbers are left out with a warning, and so is a last line that has no end and is not an event: its writer was
 * killed or is still at it. -1: another bad line, which err names, or no losses at all. */
int curves_read(RunCurves *run, const char *path, const char *key, const Report *report, Err *err);
void curves_free(RunCurves *run); /* safe on a zero-initialized one */

/* The mean over a window of n points around each point. Near the start, where losses fall fast, the window shrinks on
 * both sides; near the end only on the right, so that the last value is a mean too. -1: out of memory. */
int curves_smooth(Curve *out, const Curve *in, size_t n);

/* Drops the points that logarithmic axes cannot show: x or y is not above 0. Returns their number. */
size_t curves_keep_positive(Curve *curve, bool log_x, bool log_y);

#endif
