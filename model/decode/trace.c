#include "model/decode/trace.h"

#include <string.h>

static size_t at(const Trace *t, int step, int32_t row)
{
    return (size_t)step * (size_t)t->rows + (size_t)row;
}

void trace_alloc(Trace *t, Blocks *blocks, int steps, int rows, int places)
{
    size_t n = (size_t)steps * (size_t)rows;
    *t = (Trace){.rows = rows, .places = places};
    t->word = blocks_room(blocks, n, sizeof *t->word);
    t->parent = blocks_room(blocks, n, sizeof *t->parent);
    t->logprob = blocks_room(blocks, n, sizeof *t->logprob);
    if (places)
        t->weights = blocks_room(blocks, n * (size_t)places, sizeof *t->weights);
}

void trace_add(Trace *t, int step, int row, int32_t parent, int32_t word, double logprob)
{
    t->logprob[at(t, step, row)] = logprob;
    t->word[at(t, step, row)] = word;
    t->parent[at(t, step, row)] = parent;
}

void trace_weights(Trace *t, int step, int row, const real *weights)
{
    float *to = t->weights + at(t, step, row) * (size_t)t->places;
    for (int i = 0; i < t->places; i++)
        to[i] = (float)weights[i];
}

void trace_words(const Trace *t, int32_t row, int step, int32_t *words)
{
    while (step-- > 0) {
        words[step] = t->word[at(t, step, row)];
        row = t->parent[at(t, step, row)];
    }
}

double trace_logprob(const Trace *t, int32_t row, int step)
{
    return step > 0 ? t->logprob[at(t, step - 1, row)] : 0;
}

void trace_logprobs(const Trace *t, int32_t row, int step, double *out)
{
    for (; step > 0; step--) {
        int32_t parent = t->parent[at(t, step - 1, row)];
        out[step - 1] = trace_logprob(t, row, step) - trace_logprob(t, parent, step - 1);
        row = parent;
    }
}

void trace_looks(const Trace *t, int32_t row, int step, float *out)
{
    size_t places = (size_t)t->places;
    for (;; step--) {
        memcpy(out + (size_t)step * places, t->weights + at(t, step, row) * places, places * sizeof *out);
        if (step == 0)
            return;
        row = t->parent[at(t, step - 1, row)];
    }
}
