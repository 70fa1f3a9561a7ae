/* Inverted dropout (Srivastava et al. 2014): in training, each number becomes 0 with probability `rate`, else it is
 * divided by 1 - rate, so that its expectation stays and nothing changes when the model is used.
 *
 *   y = m∘x,  m_j = 0 if word_j < rate·2^32, else 1/(1 - rate)          backward: dx = m∘dy
 *
 * The words are Philox's (philox.h), keyed by the seed, the layer, the iteration, the row and the column: masks
 * depend on neither threads nor the order in which rows are stored, are computed again backward, and need no saved
 * state. A rate of 0 makes the functions do nothing. */
#ifndef COCO_MODEL_DROPOUT_H
#define COCO_MODEL_DROPOUT_H

#include "model/kernels.h"

typedef enum { DROP_FEATURES, DROP_INPUT, DROP_OUTPUT, DROP_CONTEXT, DROP_IMAGE } DropLayer;

typedef struct {
    double rate;       /* 0 to below 1 */
    uint32_t seed;     /* of the run */
    int64_t iteration; /* of training */
} Dropout;

/* y (n,m) = mask∘x; y may be x. row[i] is the number of the i-th row in its layer. On the calling thread. */
void dropout_rows(const Dropout *dropout, DropLayer layer, const int *row, int n, int m, Rows x, Rows y);
/* Masks y in place, over all threads. Main thread. */
void dropout_parallel(const Dropout *dropout, DropLayer layer, const int *row, int n, int m, Rows y);

#endif
