/* All of this folder for one instruction set, whose name the Makefile passes as SIMD_SET. */
#include "model/attention/attention.h"
#include "model/cell/cell.h"
#include "model/optim/optim.h"
#include "model/simd/bf16.h"
#include "model/simd/bytes.h"
#include "model/simd/name.h"
#include "model/simd/products.h"
#include "model/simd/rows.h"
#ifndef REAL_IS_DOUBLE
#if defined __AMX_BF16__
#include "model/simd/pair_tiles.h"
#elif defined __AVX512BF16__
#include "model/simd/pair_vectors.h"
#endif
#endif

#define DECLARE_CELL(name) extern const Cell SIMD_NAME(cell_##name);
#define DECLARE_RULE(name) extern const OptimRule SIMD_NAME(rule_##name);
#define DECLARE_ATTENTION(name) extern const Attention SIMD_NAME(attention_##name);
CELLS(DECLARE_CELL)
RULES(DECLARE_RULE)
ATTENTIONS(DECLARE_ATTENTION)

#define ADDRESS_OF_CELL(name) &SIMD_NAME(cell_##name),
#define ADDRESS_OF_RULE(name) &SIMD_NAME(rule_##name),
#define ADDRESS_OF_ATTENTION(name) &SIMD_NAME(attention_##name),
static const Cell *const cells[] = {CELLS(ADDRESS_OF_CELL) NULL};
static const OptimRule *const rules[] = {RULES(ADDRESS_OF_RULE) NULL};
static const Attention *const attentions[] = {ATTENTIONS(ADDRESS_OF_ATTENTION) NULL};

extern const Simd SIMD_NAME(simd);

const Simd SIMD_NAME(simd) = {
    .name = SIMD_TEXT(SIMD_SET),
    .panel = PANEL,
    .tile = TILE_ROWS,
    .pack = pack,
    .product = product,
    .pack_tiles = pack_tiles,
#ifndef REAL_IS_DOUBLE
    .round_row = round_row,
#ifdef __AVX512BF16__
    .pair_rows = PAIR_ROWS,
    .pair_step = PAIR_STEP,
    .product_pairs = product_pairs,
    .pack_pairs = pack_pairs,
    .round_pairs = round_pairs,
    .round_tiles = round_tiles,
#endif
#endif
#ifdef HAVE_BYTES
    .byte_most = BYTE_MOST,
    .round_bytes = round_bytes,
    .upper_bounds = upper_bounds,
    .lower_bound = lower_bound,
    .dots = dots,
#endif
    .add_row = add_row,
    .max = max,
    .find = find,
    .above = above,
    .exp_row = exp_row,
    .sum_exp = sum_exp,
    .scale_row = scale_row,
    .add_outer = add_outer,
    .cells = cells,
    .rules = rules,
    .attentions = attentions,
};
