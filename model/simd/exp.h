/* exp, tanh and the logistic function as plain arithmetic without branches, so that loops over them become
 * vector code. Within 2 units in the last place of float (tests/test_simd.c); in double the C library's. */
#ifndef COCO_MODEL_SIMD_EXP_H
#define COCO_MODEL_SIMD_EXP_H

#include "model/base/real.h"

#include <stdint.h>
#include <string.h>

#ifdef REAL_IS_DOUBLE
static inline real fast_exp(real x)
{
    return exp(x);
}
static inline real fast_tanh(real x)
{
    return tanh(x);
}
#else

static inline float float_of_bits(int32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* e^x = 2^n · e^r, n the nearest integer to x/ln 2 and |r| at most ln 2/2; e^r by the polynomial of Cephes'
 * expf (Moshier, netlib.org/cephes). Below -87 it stays at e^-87, the least normal numbers, and above 88 at
 * e^88. NaN stays NaN. */
static inline float fast_exp(float x)
{
    const float log2e = 1.44269504f, to_integer = 12582912.0f; /* 1.5·2^23: adding it rounds */
    x = x < -87.0f ? -87.0f : x;
    x = x > 88.0f ? 88.0f : x;
    float n = (x * log2e + to_integer) - to_integer;
    float r = x - n * 0.693359375f;
    r = r + n * 2.12194440e-4f; /* ln 2 in two parts, the first of few bits: n times it is exact */
    float y = 1.9875691500e-4f;
    y = y * r + 1.3981999507e-3f;
    y = y * r + 8.3334519073e-3f;
    y = y * r + 4.1665795894e-2f;
    y = y * r + 1.6666665459e-1f;
    y = y * r + 5.0000001201e-1f;
    y = y * (r * r) + r + 1.0f;
    /* Of a NaN no integer can be made: 0 then. */
    int32_t power = (int32_t)(n == n ? n : 0.0f);
    return y * float_of_bits((power + 127) << 23);
}

/* |x| < 0.625: Cephes' tanhf polynomial, x + x³·P(x²), exact if x is small; else 1 - 2/(e^2x + 1). */
static inline float fast_tanh(float x)
{
    float size = x < 0 ? -x : x, z = x * x;
    float p = -5.70498872745e-3f;
    p = p * z + 2.06390887954e-2f;
    p = p * z - 5.37397155531e-2f;
    p = p * z + 1.33314422036e-1f;
    p = p * z - 3.33332819422e-1f;
    float near = p * z * x + x;
    float far = 1.0f - 2.0f / (fast_exp(2.0f * size) + 1.0f);
    far = x < 0 ? -far : far;
    return size < 0.625f ? near : far;
}
#endif

static inline real fast_sigmoid(real x)
{
    return 1 / (1 + fast_exp(-x));
}

#endif
