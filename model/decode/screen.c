#include "model/decode/screen.h"

#include "model/base/memory.h"
#include "model/gemm.h"
#include "model/simd.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct Screen {
    int H, V, quads; /* quads: ⌈H/4⌉ */
    const real *bias;
    Blocks blocks;
    real *columns;  /* (V,H): W_vocab's, one after the other */
    Bytes *weights; /* (panels, quads, panel): the same in bytes */
    /* Of each column, as ByteColumns. */
    real *slack, *step, *lost, *length;
    real most; /* |h| of a row that bounds are good for is below */
    /* Of each row. */
    Bytes *bytes; /* (rows, quads) */
    ByteRow *row; /* (rows) */
    real *best;   /* (rows): the highest score so far */
};

bool screen_possible(int H)
{
    enum { MOST = 1 << 16 }; /* products of so many bytes fit 32 bits */
    return simd->upper_bounds && H <= MOST;
}

/* --- weights --- */

/* A column of weights into bytes, `apart` quads of which lie between neighbours along k. */
static void round_column(Screen *s, int j, int8_t *out, size_t apart)
{
    const real *w = s->columns + (size_t)j * (size_t)s->H;
    double most = 0, lost = 0, length = 0, slack = byte_slack(s->H);
    for (int k = 0; k < s->H; k++) /* GCC 12 for aarch64 crashes on fmax here */
        most = fabs((double)w[k]) > most ? fabs((double)w[k]) : most;
    const real step = (real)(most / simd->byte_most);
    for (int k = 0; k < s->H; k++) {
        double near = step > 0 ? nearbyint((double)w[k] / (double)step) : 0;
        near = fmin(fmax(near, -simd->byte_most), simd->byte_most);
        double rest = (double)w[k] - near * (double)step;
        out[(size_t)(k / 4) * apart + (size_t)(k % 4)] = (int8_t)(uint8_t)((int)near + simd->byte_most + 1);
        lost += rest * rest;
        length += (double)w[k] * (double)w[k];
    }
    s->step[j] = step;
    s->lost[j] = (real)(sqrt(lost) * (1 + slack)) + FLT_MIN;
    s->length[j] = (real)(sqrt(length) * (1 + slack)) + FLT_MIN;
    s->slack[j] = (real)(slack * fabs((double)s->bias[j])) + (real)s->H * FLT_MIN;
}

static void fill_panel(Screen *s, int first, const real *W)
{
    size_t H = (size_t)s->H, V = (size_t)s->V;
    int cols = s->V - first < simd->panel ? s->V - first : simd->panel;
    Bytes *panel = s->weights + (size_t)first * (size_t)s->quads;
    for (size_t k = 0; k < H; k++)
        for (int j = first; j < first + cols; j++)
            s->columns[(size_t)j * H + k] = W[k * V + (size_t)j];
    for (int j = first; j < first + cols; j++)
        round_column(s, j, (int8_t *)(panel + (j - first)), (size_t)simd->panel * sizeof *panel);
}

/* How large a row may be for bounds to stay far from what floats hold: 0 where weights are no numbers. */
static real most_of(const Screen *s)
{
    const double far = 1e36;
    double length = 1, bias = 0;
    for (int j = 0; j < s->V; j++) {
        double size = (double)s->length[j], add = fabs((double)s->bias[j]);
        if (!(size < far && add < far))
            return 0;
        length = fmax(length, size);
        bias = fmax(bias, add);
    }
    return (real)((far - bias) / length);
}

static real *column_reals(Screen *s)
{
    return blocks_alloc(&s->blocks, (size_t)s->V + (size_t)simd->panel, sizeof(real));
}

Screen *screen_new(int H, int V, const real *W_vocab, const real *b_vocab, int rows)
{
    Screen *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->H = H;
    s->V = V;
    s->quads = (H + 3) / 4;
    size_t quads = (size_t)s->quads, padded = (size_t)V + (size_t)simd->panel;
    real *bias = column_reals(s);
    s->bias = bias;
    s->slack = column_reals(s), s->step = column_reals(s), s->lost = column_reals(s), s->length = column_reals(s);
    s->columns = blocks_room(&s->blocks, (size_t)V * (size_t)H, sizeof *s->columns);
    s->weights = blocks_alloc(&s->blocks, padded * quads, sizeof *s->weights);
    s->bytes = blocks_alloc(&s->blocks, (size_t)rows * quads, sizeof *s->bytes);
    s->row = blocks_alloc(&s->blocks, (size_t)rows, sizeof *s->row);
    s->best = blocks_alloc(&s->blocks, (size_t)rows, sizeof *s->best);
    if (s->blocks.failed) {
        screen_free(s);
        return NULL;
    }
    memcpy(bias, b_vocab, (size_t)V * sizeof *bias);
#pragma omp parallel for schedule(dynamic)
    for (int j = 0; j < V; j += simd->panel)
        fill_panel(s, j, W_vocab);
    s->most = most_of(s);
    return s;
}

void screen_free(Screen *s)
{
    if (!s)
        return;
    blocks_free(&s->blocks);
    free(s);
}

/* --- rows --- */

static bool bounded(const Screen *s, int row)
{
    return s->row[row].size < s->most; /* a NaN is not */
}

static ByteColumns columns_at(const Screen *s, int j)
{
    return (ByteColumns){s->bias + j, s->slack + j, s->step + j, s->lost + j, s->length + j};
}

static void all_scores(const Screen *s, const real *h, real *scores)
{
    const real *x[SIMD_DOTS], *y[SIMD_DOTS];
    for (int j = 0; j < s->V; j += SIMD_DOTS) {
        int n = s->V - j < SIMD_DOTS ? s->V - j : SIMD_DOTS;
        for (int i = 0; i < n; i++) {
            x[i] = h;
            y[i] = s->columns + (size_t)(j + i) * (size_t)s->H;
        }
        gemm_dots(n, s->H, x, y, s->bias + j, scores + j);
    }
}

void screen_bounds(Screen *s, int first, int n, Rows h, Rows bounds)
{
    Bytes *bytes = s->bytes + (size_t)first * (size_t)s->quads;
    for (int i = 0; i < n; i++)
        simd->round_bytes(s->H, row_at(h, i), (int8_t *)(bytes + (size_t)i * (size_t)s->quads), &s->row[first + i]);
    for (int j = 0; j < s->V; j += simd->panel) {
        int cols = s->V - j < simd->panel ? s->V - j : simd->panel;
        simd->upper_bounds(n, cols, s->quads, s->row + first, bytes, s->weights + (size_t)j * (size_t)s->quads,
                           columns_at(s, j), bounds.at + j, bounds.ld);
    }
    for (int i = 0; i < n; i++)
        if (!bounded(s, first + i))
            all_scores(s, row_at(h, i), row_at(bounds, i));
}

/* --- words --- */

/* Words that may have their row's highest score, until there are enough of them to compute theirs. */
typedef struct {
    const real *h[SIMD_DOTS], *column[SIMD_DOTS];
    real bias[SIMD_DOTS];
    int32_t word[SIMD_DOTS];
    int row[SIMD_DOTS];
    int n;
} Rivals;

/* A row's rivals come in the order of their words: of equal ones the first stays. */
static void compare(const Screen *s, Rivals *r, int first, int32_t *word)
{
    real score[SIMD_DOTS];
    gemm_dots(r->n, s->H, r->h, r->column, r->bias, score);
    for (int i = 0; i < r->n; i++) {
        real *best = &s->best[first + r->row[i]];
        if (score[i] > *best) {
            *best = score[i];
            word[r->row[i]] = r->word[i];
        }
    }
    r->n = 0;
}

void screen_words(Screen *s, int first, int n, Rows h, Rows bounds, int32_t *word)
{
    Rivals r = {.n = 0};
    for (int i = 0; i < n; i++) {
        const real *upper = row_at(bounds, i);
        if (!bounded(s, first + i)) {
            word[i] = best_word(s->V, upper);
            continue;
        }
        real below = simd->lower_bound(s->V, upper, &s->row[first + i], columns_at(s, 0));
        int32_t j = next_above(s->V, upper, 0, below), next = next_above(s->V, upper, j + 1, below);
        word[i] = j;
        s->best[first + i] = -INFINITY;
        for (bool alone = next == s->V; j < s->V && !alone; j = next_above(s->V, upper, j + 1, below)) {
            r.h[r.n] = row_at(h, i);
            r.column[r.n] = s->columns + (size_t)j * (size_t)s->H;
            r.bias[r.n] = s->bias[j];
            r.word[r.n] = j;
            r.row[r.n] = i;
            if (++r.n == SIMD_DOTS)
                compare(s, &r, first, word);
        }
    }
    compare(s, &r, first, word);
}
