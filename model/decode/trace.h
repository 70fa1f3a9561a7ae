/* Where the rows of a search come from, so that captions can be read backwards.
 *
 * A row of step t is a hypothesis of t words. The owner of the blocks owns the arrays. Any thread, each its own
 * rows. */
#ifndef COCO_MODEL_TRACE_H
#define COCO_MODEL_TRACE_H

#include "model/base/memory.h"
#include "model/base/real.h"

#include <stdint.h>

typedef struct {
    int rows, places;
    int32_t *word,
        *parent; /* (steps,rows): the word after a step that made a row of the next one, and the row it expands */
    double *logprob; /* (steps,rows): of the row's hypothesis with that word */
    float *weights;  /* (steps,rows,places): what a step's rows looked at; places 0: nobody asks */
} Trace;

/* Of `steps` steps of `rows` rows; blocks->failed: out of memory. */
void trace_alloc(Trace *trace, Blocks *blocks, int steps, int rows, int places);
/* Row `row` of step + 1 is row `parent` of the step with a word more, and then has that log-probability. */
void trace_add(Trace *trace, int step, int row, int32_t parent, int32_t word, double logprob);
/* What a row of the step looks at: weights (places). */
void trace_weights(Trace *trace, int step, int row, const real *weights);

/* The words (step) of a row of the step. */
void trace_words(const Trace *trace, int32_t row, int step, int32_t *words);
/* The log-probability of a row of the step: its hypothesis. */
double trace_logprob(const Trace *trace, int32_t row, int step);
/* The log-probability of each of these words: out (step). */
void trace_logprobs(const Trace *trace, int32_t row, int step, double *out);
/* What the row and those that it came from looked at: out (step+1, places). */
void trace_looks(const Trace *trace, int32_t row, int step, float *out);

#endif
