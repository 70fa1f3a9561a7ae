/* The word of highest score without all scores: those that bounds leave are computed, in float32, and no others.
 *
 *   h ─► bytes ─► products of bytes ─► upper bounds of all scores ──(rules.h)──► rivals ─► their scores ─► word
 *
 * A word whose upper bound is below the highest lower bound cannot have the highest score. As a rule one is left, and
 * then no score is needed. The word is that of highest score as gemm_panels computes it, the first among equals. A
 * row for which bounds mean nothing, because its numbers are too large or are none, has scores in their place. */
#ifndef COCO_MODEL_SCREEN_H
#define COCO_MODEL_SCREEN_H

#include "model/kernels.h"

#include <stdbool.h>

typedef struct Screen Screen;

/* Whether the processor has what it takes, for weights of H rows. */
bool screen_possible(int H);

/* Takes W_vocab (H,V) as it is now; borrows b_vocab (V). For rows 0 .. rows-1. Memory of (V,H) floats, a quarter more
 * for the bytes. NULL: out of memory. Main thread; parallel inside. */
Screen *screen_new(int H, int V, const real *W_vocab, const real *b_vocab, int rows);
void screen_free(Screen *screen); /* NULL is legal */

/* Upper bounds (n,V) of the scores of rows first .. first+n-1 from h (n,H). Any thread, each its own rows. */
void screen_bounds(Screen *screen, int first, int n, Rows h, Rows bounds);
/* Their words, from the same h and bounds; -∞ bans a word. */
void screen_words(Screen *screen, int first, int n, Rows h, Rows bounds, int32_t *word);

#endif
