#include "model/decode/beam.h"

#include "model/captioner.h"

#include <math.h>
#include <stdlib.h>

static int by_rank(const void *a, const void *b)
{
    const Candidate *x = a, *y = b;
    return x->rank > y->rank ? -1 : x->rank < y->rank ? 1 : (x->word > y->word) - (x->word < y->word);
}

void beam_price(const Beam *beam, Expansions *x, double price)
{
    for (int r = beam->first; r < beam->first + beam->n; r++) {
        Candidate *c = x->candidate + (size_t)r * (size_t)x->choices;
        for (int i = 0; i < x->n[r]; i++)
            c[i].rank = c[i].logprob - price * x->uses[c[i].word];
        qsort(c, (size_t)x->n[r], sizeof *c, by_rank);
    }
}

/* The best expansion that is left of the beam's rows, the lowest row's among equals; NULL: none. */
static const Candidate *next_best(const Beam *beam, const Expansions *x)
{
    const Candidate *best = NULL;
    for (int r = beam->first; r < beam->first + beam->n; r++) {
        const Candidate *c = x->candidate + (size_t)r * (size_t)x->choices + x->taken[r];
        if (x->taken[r] < x->n[r] && (!best || c->rank > best->rank))
            best = c;
    }
    if (best)
        x->taken[best->row]++;
    return best;
}

/* The rank of a hypothesis of `steps` steps. */
static double rank_of(const BeamRules *b, const Candidate *c, int steps)
{
    double A = b->length_norm;
    return A > 0 ? c->logprob / pow(steps, A) : c->logprob;
}

double ending_rank(const BeamRules *b, const Ending *e)
{
    return rank_of(b, &e->last, e->step + 1);
}

/* Takes a hypothesis that ends at this step among the best N; of equal ones the first stays before. */
static void finish(const BeamRules *b, Beam *beam, int step, const Candidate *c)
{
    const Ending ending = {*c, step, true};
    int at = beam->n_best;
    beam->finished++;
    while (at > 0 && ending_rank(b, &ending) > ending_rank(b, &beam->best[at - 1]))
        at--;
    if (at == b->N)
        return;
    if (beam->n_best < b->N)
        beam->n_best++;
    for (int i = beam->n_best - 1; i > at; i--)
        beam->best[i] = beam->best[i - 1];
    beam->best[at] = ending;
}

/* Whether neither the survivor c of this step nor its successors can be among the best N.
 *
 * A hypothesis only loses probability as it grows, so without a length norm one that is no better than the N-th best
 * finished one is beaten. With a norm it may catch up: then the rule is the plain one, that K have finished and N of
 * them are as good. */
static bool beaten(const BeamRules *b, const Beam *beam, int step, const Candidate *c)
{
    if (beam->n_best < b->N || (b->length_norm > 0 && beam->finished < b->K))
        return false;
    return rank_of(b, c, step + 1) <= ending_rank(b, &beam->best[b->N - 1]);
}

/* Whether no survivor can be among the best N. Without a price the first is the likeliest, but groups choose by rank. */
static bool all_beaten(const BeamRules *b, const Beam *beam, int step, const Candidate *kept, int n)
{
    for (int i = 0; i < n; i++)
        if (!beaten(b, beam, step, &kept[i]))
            return false;
    return true;
}

static int by_logprob(const void *a, const void *b)
{
    const Candidate *x = a, *y = b;
    return x->logprob > y->logprob ? -1 : x->logprob < y->logprob ? 1 : (x->row > y->row) - (x->row < y->row);
}

int beam_advance(const BeamRules *b, Beam *beam, Expansions *x, int step, Candidate *kept)
{
    const Candidate *c;
    int live = 0;
    for (int i = 0; i < b->K && (c = next_best(beam, x)); i++) {
        if (x->uses)
            x->uses[c->word]++;
        if (b->length_norm <= 0 && beaten(b, beam, step, c))
            continue;
        if (c->word == WORD_END)
            finish(b, beam, step, c);
        else
            kept[live++] = *c;
    }
    if (step + 1 < b->max_length && !all_beaten(b, beam, step, kept, live))
        return live;
    if (x->uses)
        qsort(kept, (size_t)live, sizeof *kept, by_logprob);
    for (int i = 0; i < live && beam->n_best < b->N; i++)
        beam->best[beam->n_best++] = (Ending){kept[i], step, false};
    return 0;
}

int beams_sort(const BeamRules *b, const Beam *beam, int n, const Ending **order)
{
    int sorted = 0;
    for (int k = 0; k < n; k++)
        for (int i = 0; i < beam[k].n_best; i++) {
            const Ending *e = &beam[k].best[i];
            int at = sorted++;
            for (; at > 0; at--) {
                const Ending *before = order[at - 1];
                if (e->finished == before->finished ? ending_rank(b, e) <= ending_rank(b, before)
                                                    : before->finished)
                    break;
                order[at] = before;
            }
            order[at] = e;
        }
    return sorted;
}
