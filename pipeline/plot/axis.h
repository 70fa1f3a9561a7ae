/* An axis of a plot: a range with round ends, ticks where people expect them, and their labels.
 * Linear ticks are 1, 2 or 5 times a power of ten apart; logarithmic ticks are at powers of ten and, if there is room,
 * at 2 and 5 times these. */
#ifndef COCO_PIPELINE_PLOT_AXIS_H
#define COCO_PIPELINE_PLOT_AXIS_H

#include <stdbool.h>
#include <stddef.h>

enum { AXIS_TICKS_MAX = 64, AXIS_LABEL_LEN = 24 };

typedef struct {
    double lo, hi; /* lo < hi; positive if log */
    bool log;
    int n_ticks;
    double tick[AXIS_TICKS_MAX];
    char label[AXIS_TICKS_MAX][AXIS_LABEL_LEN];
} Axis;

/* An axis for values from lo to hi (which may be equal) with about `wanted` ticks. `whole`: ticks are integers.
 * `tight`: the range ends at the values instead of the next tick. */
void axis_linear(Axis *axis, double lo, double hi, int wanted, bool whole, bool tight);
/* The same with a logarithmic scale; lo and hi must be above 0. A range that has hardly two such ticks gets linear ones. */
void axis_log(Axis *axis, double lo, double hi, int wanted, bool whole, bool tight);

/* Where the value is on the axis: 0 at lo, 1 at hi. */
double axis_place(const Axis *axis, double value);

#endif
