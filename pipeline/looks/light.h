/* A photograph in the light of its weights: bright and in colour where they are high, dark and pale elsewhere.
 *
 *   s(x,y) = Σ_rc w_rc · B(row(y) - r) · B(column(x) - c)          B: the cubic B-spline, never negative
 *   L = s / max(max s, 2·mean w)                                 0 to 1: where, not how much in all
 *   out = L · pixel + (1 - L) · SHADE · grey(pixel)              and a little white where L is high
 *
 * The smooth surface stands in for Show, Attend and Tell's upsampling by a Gaussian (Xu et al. 2015, 5.4): the
 * B-spline has a Gaussian's shape, of 0.58 places, and needs no cut-off. Any thread. */
#ifndef COCO_PIPELINE_LOOKS_LIGHT_H
#define COCO_PIPELINE_LOOKS_LIGHT_H

#include "io/base/err.h"
#include "io/picture/image.h"

typedef struct {
    int down, across; /* rows and columns of places over the photograph */
    double aspect;    /* width / height of the part in its middle that they cover; 0: they cover all of it */
} LightGrid;

/* The photograph in the light of `weights` (down, across), which are not negative: new memory, the caller frees. */
int light_draw(Image *out, const Image *photograph, const LightGrid *grid, const float *weights, Err *err);

#endif
