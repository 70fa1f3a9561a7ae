/* Words that a model draws while it trains: whole captions (self-critical training), or some of the words that go in
 * (scheduled sampling).
 *
 *   features ─► h0 ─► rows ─► network.h: a step ─► scores ─► a word for each row ─┐
 *                      ▲                                                          │
 *                      └──────────── rows that have not ended, packed ◄───────────┘
 *
 * A word is drawn from softmax(scores). <NULL>, which pads captions, ends one as <END> does, and does not go in. The
 * random numbers are Philox's (philox.h), keyed by the seed, the iteration, the row and the step: words depend neither
 * on threads nor on the rows beside them, and a resumed run needs no saved state. Main thread; parallel inside. */
#ifndef COCO_MODEL_DRAW_H
#define COCO_MODEL_DRAW_H

#include "model/captioner.h"
#include "model/gemm.h"

typedef struct {
    int rows, steps;     /* at most */
    int places;          /* of a grid, for a model with attention */
    double dropout;      /* the rate that training has */
    Precision precision; /* of the products of a step */
} DrawSizes;

/* What the model looks at: as in LossBatch, before rows are multiplied. */
typedef struct {
    const real *features; /* (N,D) */
    const real *grid;     /* (images,places,C); NULL without attention */
    const int32_t *image; /* (N): which of the grids; NULL without attention */
    int images, N;
    int first; /* of a part of a minibatch: the number of its first row, which keys the random numbers */
    uint32_t seed;
    int64_t iteration;
} DrawBatch;

typedef struct Draw Draw;

/* Borrows params, which may change between calls. NULL: out of memory. */
Draw *draw_new(const Params *params, const DrawSizes *sizes);
void draw_free(Draw *draw); /* NULL is legal */

/* Takes the parameters as they are now: before the first call after each update. */
void draw_refresh(Draw *draw);

/* `each` captions of up to T words for each of the N, one after the other: captions (N·each, T+1), from <START> to
 * <END>, or to the T-th word, then <NULL>. A <NULL> that is drawn is due in the loss (LossBatch.drawn): if it could not
 * be drawn, whatever lowers other words would raise it, and captions would come to end in it.
 *
 * Row r of the result has random numbers of its own, those of row first·each + r. Dropout's masks are among them, the
 * same as in the loss of these rows (loss.h), so that captions are drawn from the very distribution whose logarithm is
 * differentiated. Drawn from the whole network, they and the masked one drift apart until training breaks down. */
void draw_captions(Draw *draw, const DrawBatch *batch, int each, int T, int32_t *captions);
/* One caption each, by the word of highest score: draws no random number and drops nothing, as greedy decoding
 * (search.h), but that <NULL> ends a caption here too. */
void draw_greedy(Draw *draw, const DrawBatch *batch, int T, int32_t *captions);

/* Scheduled sampling (Bengio, Vinyals, Jaitly and Shazeer 2015): the words that go in, inputs (N,T), when each word of
 * captions (N,T+1) but <START> is replaced, with probability p, by one that the model draws after what went in
 * before. Nothing is dropped. */
void draw_inputs(Draw *draw, const DrawBatch *batch, double p, int T, const int32_t *captions, int32_t *inputs);

#endif
