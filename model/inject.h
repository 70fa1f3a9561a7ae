/* Features at every step, and not at the first state alone:
 *
 *   v = relu(features·W_image + b_image)   (H)       dropped in training (DROP_IMAGE), one mask for all steps
 *   a += v·W_inject                        (G·H)     the cell's input (step.h)
 *
 * This is the global image feature of Lu et al. 2017, "Knowing When to Look", section 2.3, and the "par-inject" of
 * Tanti, Gatt and Camilleri 2018, "Where to put the image in an image caption generator". Main thread; parallel
 * inside. */
#ifndef COCO_MODEL_INJECT_H
#define COCO_MODEL_INJECT_H

#include "model/dropout.h"
#include "model/gemm.h"
#include "model/tensors.h"

/* The tensors, in this order, after the cell's own. */
enum {
    INJECT_W_IMAGE,  /* W_image (D,H) */
    INJECT_B_IMAGE,  /* b_image (H) */
    INJECT_W_INJECT, /* W_inject (H,G·H) */
    INJECT_TENSORS
};

/* Adds them if the shape has them. -1 as tensor_add. */
int inject_add_tensors(Params *params, const ModelShape *shape);

/* What n rows share; whoever calls owns the arrays. */
typedef struct {
    Precision precision;
    Dropout dropout;
    const int *row;       /* (n): their numbers, for dropout */
    const real *features; /* (n,D) */
    real *v;              /* (n,H) */
    int n;
} Inject;

/* v, and injected (n,G·H), the rows' share of a. */
void inject_forward(const Inject *in, const Params *params, real *injected);
/* The tensors' gradients, from that of injected, dinjected (n,G·H); dv (n,H) is scratch. */
void inject_backward(const Inject *in, const Params *params, const real *dinjected, real *dv, Params *grads);

#endif
