/* One model of a search: its weights, packed once, and the states of the rows.
 *
 *   E = W_embed·Wx + b, once
 *   features ─► h0 ─► rows ─► per tile: a = E[word] (+ v·W_inject), cell ─► h, scores
 *                      ▲                             │
 *                      └── network_gather: survivors ┘ */
#ifndef COCO_MODEL_NETWORK_H
#define COCO_MODEL_NETWORK_H

#include "model/captioner.h"
#include "model/dropout.h"
#include "model/gemm.h"

#include <stdbool.h>

typedef struct {
    int images, rows; /* at most */
    bool words_only;  /* network_best gives the words of highest score, and there are no scores */
    bool training;    /* the parameters change (network_refresh), and E is that of a step's words (network_words) */
    bool dropout;     /* in training: network_dropout may have a rate */
    int places;       /* of a grid, for a model with attention */
    Precision precision; /* of the products of a step, and of those of a grid; in training of all (loss.h) */
} NetworkSizes;

typedef struct Network Network;

/* Borrows params. Memory of (V, G·H) besides the rows', in training of (rows, G·H). NULL: out of memory. */
Network *network_new(const Params *params, const NetworkSizes *sizes);
void network_free(Network *network); /* NULL is legal */

/* Whether words_only is possible. */
bool network_screens(const Params *params, Precision precision);

/* Takes the parameters as they are now. network_new does it too. Main thread; parallel inside. */
void network_refresh(Network *network);

/* In training: features, word vectors, the mixture of a grid and what the scores see are masked from now on as
 * loss.h masks those of a minibatch's rows with the same numbers. A rate of 0 ends it. */
void network_dropout(Network *network, const Dropout *dropout);

/* h0 of n images from features (n,D): `each` rows for an image, one after the other; with dropout the numbers of the
 * rows (n·each), else NULL. With attention, `grids` grids (grids,places,C) as well, which are borrowed until the search
 * ends. Main thread; parallel inside. */
void network_begin(Network *network, const real *features, int n, const real *grid, int grids, int each,
                   const int *row);
/* In training, before a step of n rows: their words; with dropout the numbers of the positions (n), r·T + t at step t
 * of row number r, borrowed until the step is done, else NULL. Main thread; parallel inside. */
void network_words(Network *network, const int32_t *word, int n, const int *number);
/* The scores of rows first .. first+n-1 after their words, `image_of` telling the grids; arrays are by row. Any thread,
 * each its own rows. */
void network_step(Network *network, int first, int n, const int32_t *word, const int32_t *image_of);
/* The scores (V) of a row; they may be changed until the next step. */
real *network_scores(const Network *network, int row);
/* With words_only, before the next step: the words of highest score of rows first .. first+n-1, into word (rows).
 * network_scores are upper bounds then, and -∞ bans a word (screen.h). Any thread, each its own rows. */
void network_best(Network *network, int first, int n, int32_t *word);
/* What a row looked at: weights (places), of a model with attention. */
const real *network_looks(const Network *network, int row);
/* Row i continues what was row from[i], for i below n. Main thread; parallel inside. */
void network_gather(Network *network, const int32_t *from, int n);

#endif
