#include "model/decode/rules.h"

#include "model/captioner.h"

#include <math.h>
#include <string.h>

bool rules_any(const DecodeRules *r)
{
    return r->no_unk || r->min_words > 0 || r->no_repeat > 0 || r->may_end;
}

/* The words that would end a sequence of `size` words for the second time. */
static void ban_repeats(int size, const int32_t *words, int n, real *scores)
{
    if (n < size)
        return;
    const int32_t *last = words + n - (size - 1); /* the sequence without its last word */
    for (int i = 0; i + size <= n; i++)
        if (!memcmp(words + i, last, (size_t)(size - 1) * sizeof *words))
            scores[words[i + size - 1]] = (real)-INFINITY;
}

void rules_ban(const DecodeRules *r, int V, const int32_t *words, int n, real *scores)
{
    real end = scores[WORD_END];
    if (r->no_unk)
        scores[WORD_UNK] = (real)-INFINITY;
    if (r->no_repeat > 0)
        ban_repeats(r->no_repeat, words, n, scores);
    if (n < r->min_words || (r->may_end && !r->may_end(r->ctx, words, n)))
        scores[WORD_END] = (real)-INFINITY;
    for (int j = 0; j < V; j++)
        if (scores[j] > (real)-INFINITY)
            return;
    scores[WORD_END] = end;
}
