/* All of this folder for one instruction set, whose name the Makefile gives as SIMD_SET. */
#include "model/simd/bf16.h"
#include "model/simd/products.h"
#include "model/simd/rows.h"
#include "model/simd/updates.h"

#define PASTE2(a, b) a##b
#define PASTE(a, b) PASTE2(a, b)
#define TEXT2(a) #a
#define TEXT(a) TEXT2(a)

extern const Simd PASTE(simd_, SIMD_SET);

const Simd PASTE(simd_, SIMD_SET) = {
    .name = TEXT(SIMD_SET),
    .panel = PANEL,
    .pack = pack,
    .product = product,
#ifndef REAL_IS_DOUBLE
    .pack_bf16 = pack_bf16,
    .round_bf16 = round_bf16,
    .product_bf16 = product_bf16,
#endif
    .tanh_row = tanh_row,
    .rnn_backward = rnn_backward,
    .lstm_forward = lstm_forward,
    .lstm_backward = lstm_backward,
    .add_row = add_row,
    .max = max,
    .find = find,
    .above = above,
    .exp_row = exp_row,
    .sum_exp = sum_exp,
    .scale_row = scale_row,
    .sgd = sgd,
    .momentum = momentum,
    .rmsprop = rmsprop,
    .adam = adam,
};
