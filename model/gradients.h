/* Checks the captioner's gradient on a minibatch: in double, although the commands compute in float.
 *
 * This module is compiled in double only. The commands have it in libdouble.a, the model in double, whose names all end
 * in _f64 so that one program can hold both (Makefile). So nothing here depends on the type `real`. */
#ifndef COCO_MODEL_GRADIENTS_H
#define COCO_MODEL_GRADIENTS_H

#include "model/gradcheck.h"

#include <stdbool.h>
#include <stdint.h>

#ifndef REAL_IS_DOUBLE
#define check_gradients check_gradients_f64
#endif

/* A model and a minibatch, as ModelShape, LossOptions and LossBatch (loss.h) have them. All arrays are borrowed. */
typedef struct {
    const char *cell, *attention; /* names; attention NULL: none */
    bool inject;
    int D, W, H, V, C, places;
    double dropout, label_smoothing;
    uint32_t seed;           /* of the masks of dropout, which stay those of iteration 1 */
    const float *params;     /* all tensors, in the order of params_layout */
    const float *gradient;   /* of the same layout: the gradient that training computed in float */
    const float *features;   /* (N,D) */
    const int32_t *captions; /* (N,T+1) */
    const float *grid;       /* (images,places,C) */
    const int32_t *image;    /* (N) */
    int images, N, T;
} GradientProblem;

typedef struct {
    TensorCheck *tensor; /* (n), in the order of params_layout */
    double *float_error; /* (n): |g32 - g64| / max(1e-8, |g64|), of float's gradient and of double's */
    int n;
    double loss;
} GradientCheck;

/* Compares the gradient in double with centred differences of the loss (compare_gradients), and the one in float with
 * it. Main thread; parallel inside. The caller frees both arrays of the result, also after a failure. -1: out of
 * memory. */
int check_gradients(const GradientProblem *problem, GradientCheck *result);

#endif
