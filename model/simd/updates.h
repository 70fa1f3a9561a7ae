/* The update rules on one range of parameters: optim.h has their equations. */
#ifndef COCO_MODEL_SIMD_UPDATES_H
#define COCO_MODEL_SIMD_UPDATES_H

#include "model/simd/vec.h"

static void sgd(size_t n, real lr, const real *restrict dw, real *restrict w)
{
    for (size_t i = 0; i < n; i++)
        w[i] -= lr * dw[i];
}

static void momentum(size_t n, real lr, real mu, const real *restrict dw, real *restrict w, real *restrict v)
{
    for (size_t i = 0; i < n; i++) {
        v[i] = mu * v[i] - lr * dw[i];
        w[i] += v[i];
    }
}

static void rmsprop(size_t n, real lr, real rho, real rest, real eps, const real *restrict dw, real *restrict w,
                    real *restrict c)
{
    for (size_t i = 0; i < n; i++) {
        c[i] = rho * c[i] + rest * (dw[i] * dw[i]);
        w[i] -= lr * dw[i] / (real_sqrt(c[i]) + eps);
    }
}

static void adam(size_t n, real alpha, const real b[2], const real rest[2], real eps, const real *restrict dw,
                 real *restrict w, real *restrict m, real *restrict v)
{
    real b1 = b[0], b2 = b[1], r1 = rest[0], r2 = rest[1];
    for (size_t i = 0; i < n; i++) {
        m[i] = b1 * m[i] + r1 * dw[i];
        v[i] = b2 * v[i] + r2 * (dw[i] * dw[i]);
        w[i] -= alpha * m[i] / (real_sqrt(v[i]) + eps);
    }
}

#endif
