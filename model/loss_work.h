/* What loss.c allocates once and uses again for every minibatch: its arrays and packed weights. */
#ifndef COCO_MODEL_LOSS_WORK_H
#define COCO_MODEL_LOSS_WORK_H

#include "model/attention/attend.h"
#include "model/cell/step.h"
#include "model/dropout.h"
#include "model/inject.h"
#include "model/loss.h"
#include "model/plan.h"

enum { MOST_POSITIONS = 64 }; /* of a tile of scores, which stay in a core's cache */

struct LossWork {
    ModelShape shape;
    int GH, CH; /* widths of the gates and of what is carried besides h */
    LossOptions options;
    Blocks blocks;

    Plan plan;       /* of the current minibatch */
    int first;       /* of a part of a minibatch: the number of its first row */
    int of;          /* the rows that its loss is a mean over */
    Dropout dropout; /* of this minibatch: rate 0 in validation */

    /* Activations and their gradients, (.., width). */
    real *features;   /* (N,D) in tile order */
    real *h0;         /* (N,H) */
    Inject inject;    /* of a model that injects features; without it its arrays and these are missing: */
    real *whole;      /* (N,D): the features, none dropped */
    real *injected;   /* (N,GH): v·W_inject, later its gradient */
    real *dv;         /* (N,H) */
    real *x, *e;      /* (U,W) word vectors; (U,GH) E, later its gradient */
    real *a, *ah;     /* (P,GH): what the cell keeps (cell.h); a may be h, ah may be missing */
    real *prev_h, *h; /* (P,H) */
    real *dropped;    /* (P,H): h as the scores see it with dropout */
    real *out;        /* dropped or h */
    real *c, *c0;     /* (P,CH), (N,CH): zeros, before the first step; missing if nothing is carried */
    real *scores;     /* (chunk,V) */
    double *row_loss; /* (P) */
    real *dh, *dh0;   /* (P,H), (N,H) */
    real *da, *dah;   /* (P,GH): da may be dh, dah may be da */
    real *dc;         /* (N,CH) */
    real *dx;         /* (U,W) */
    int chunk;        /* positions whose scores are in memory at once */

    /* The weights of the loops, packed for each minibatch; the transposed ones are for backward. */
    Panels Wh, WhT, W_vocab, W_vocabT;
    Recurrence recurrence;
    Attend *attend; /* NULL: no attention */
    Precision how;  /* of all products but that of attend_words */
};

#endif
