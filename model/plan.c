#include "model/plan.h"

#include "model/base/least.h"
#include "model/captioner.h"

#include <string.h>

enum {
    LEAST_ROWS = 13, /* rows of a recurrence tile, at least: they keep a core's registers full */
    LEAST_TILES = 8, /* if there are enough rows: for that many threads */
    MOST_ROWS = 128
};

void plan_alloc(Plan *w, Blocks *blocks, int N, int steps, size_t U, int words)
{
    size_t n = (size_t)N, T = (size_t)steps, P = n * T, V = (size_t)words;
    w->length = blocks_room(blocks, n, sizeof *w->length);
    w->order = blocks_room(blocks, n, sizeof *w->order);
    w->tile_at = blocks_room(blocks, n + 1, sizeof *w->tile_at);
    w->first = blocks_room(blocks, n * (T + 1), sizeof *w->first);
    w->slot = blocks_room(blocks, P, sizeof *w->slot);
    w->target = blocks_room(blocks, P, sizeof *w->target);
    w->row = blocks_room(blocks, n, sizeof *w->row);
    w->number = blocks_room(blocks, P, sizeof *w->number);
    w->tile_of = blocks_room(blocks, n, sizeof *w->tile_of);
    w->image = blocks_room(blocks, n, sizeof *w->image);
    w->word = blocks_room(blocks, U, sizeof *w->word);
    w->slot_of = blocks_room(blocks, V, sizeof *w->slot_of);
    if (w->slot_of)
        memset(w->slot_of, -1, V * sizeof *w->slot_of);
}

/* Depends on N alone: tiles decide the order of the positions, in which the weight gradients add them up. */
static int tiles_of(int N)
{
    int rows = (N + LEAST_TILES - 1) / LEAST_TILES;
    rows = rows < LEAST_ROWS ? LEAST_ROWS : least(rows, MOST_ROWS);
    return (N + rows - 1) / rows;
}

/* Steps up to the last word that is due of T. */
static int steps_of(const int32_t *due, int T, bool drawn)
{
    int n = T;
    while (n > 0 && due[n - 1] == WORD_NULL)
        n--;
    bool ended = n == T || (n > 0 && due[n - 1] == WORD_END);
    return drawn && !ended ? n + 1 : n;
}

/* Deals rows out to the tiles like cards, longest first, so that all tiles have about the same work. */
static void plan_tiles(Plan *w, const PlanRows *in)
{
    int N = w->N, T = w->T, at = 0;
    for (int r = 0; r < N; r++)
        w->length[r] = steps_of(in->captions + (size_t)r * (size_t)(T + 1) + 1, T, in->drawn);
    w->tiles = tiles_of(N);
    for (int k = 0; k <= w->tiles; k++) {
        w->tile_at[k] = at;
        at += (N - k + w->tiles - 1) / w->tiles;
    }
    int dealt = 0;
    for (int len = T; len >= 0; len--)
        for (int r = 0; r < N; r++)
            if (w->length[r] == len) {
                w->order[w->tile_at[dealt % w->tiles] + dealt / w->tiles] = r;
                dealt++;
            }
}

static int32_t slot_for(Plan *w, int32_t word)
{
    if (w->distinct || w->slot_of[word] < 0) {
        w->slot_of[word] = w->U;
        w->word[w->U++] = word;
    }
    return w->slot_of[word];
}

/* Numbers the positions, and the distinct words by first occurrence. */
static void plan_positions(Plan *w, const PlanRows *in)
{
    const int32_t *inputs = in->inputs;
    w->P = w->U = 0;
    for (int k = 0; k < w->tiles; k++) {
        int *first = plan_first(w, k);
        for (int t = 0; t < w->T; t++) {
            first[t] = w->P;
            for (int i = w->tile_at[k]; i < w->tile_at[k + 1] && w->length[w->order[i]] > t; i++) {
                const int32_t *row = in->captions + (size_t)w->order[i] * (size_t)(w->T + 1);
                w->slot[w->P] = slot_for(w, inputs ? inputs[w->order[i] * w->T + t] : row[t]);
                w->target[w->P] = row[t + 1] == WORD_NULL && !in->drawn ? -1 : row[t + 1];
                w->number[w->P] = w->row[i] * w->T + t;
                w->P++;
            }
        }
        first[w->T] = w->P;
    }
    for (int u = 0; u < w->U; u++)
        w->slot_of[w->word[u]] = -1;
}

void plan_make(Plan *w, const PlanRows *in)
{
    w->N = in->N, w->T = in->T;
    w->distinct = in->distinct;
    plan_tiles(w, in);
    for (int i = 0; i < w->N; i++)
        w->row[i] = in->first + w->order[i];
    plan_positions(w, in);
    for (int k = 0; k < w->tiles; k++)
        for (int i = w->tile_at[k]; i < w->tile_at[k + 1]; i++) {
            w->tile_of[i] = k;
            w->image[i] = in->image ? in->image[w->order[i]] : 0;
        }
}
