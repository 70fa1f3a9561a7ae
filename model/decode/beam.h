/* The bookkeeping of a beam: which hypotheses survive a step, and which have finished. No arrays of the model. */
#ifndef COCO_MODEL_BEAM_H
#define COCO_MODEL_BEAM_H

#include <stdbool.h>
#include <stdint.h>

/* A hypothesis with one word more. */
typedef struct {
    double logprob; /* of its words */
    double rank;    /* what it is chosen by at this step: logprob, less what its word costs a group (search.h) */
    int32_t row;    /* the row it expands */
    int32_t word;
} Candidate;

/* A hypothesis that has taken its last word. */
typedef struct {
    Candidate last;
    int step;      /* where it took it */
    bool finished; /* it is <END> */
} Ending;

/* A beam: all hypotheses of an image, or those of a group, or a sample. */
typedef struct {
    int first, n; /* its rows: n live hypotheses; 0 once it is done */
    int finished; /* hypotheses that have taken <END> */
    Ending *
        best; /* (N): the best finished ones, best first; once it is done the best live ones fill the places left */
    int n_best;
} Beam;

typedef struct {
    int K, N; /* live hypotheses, and results, at most */
    int max_length;
    double length_norm; /* as in search.h */
} BeamRules;

/* The expansions of all rows. */
typedef struct {
    int choices;          /* of a row, at most */
    Candidate *candidate; /* (rows,choices): a row's, best first */
    int *n;               /* (rows): how many */
    int *taken;           /* (rows): scratch, zeroed: how many of these beam_advance has taken */
    int *uses; /* (V): counts the words that beams take at this step, and makes them dearer for the next; NULL */
} Expansions;

/* What hypotheses are compared by at their end. */
double ending_rank(const BeamRules *rules, const Ending *ending);

/* Lowers the rank of a beam's expansions by `price` for each use of their word, and sorts each row's again. */
void beam_price(const Beam *beam, Expansions *expansions, double price);
/* Takes the K best expansions of a beam at a step: they finish, or survive into kept (K), best first. Returns how many
 * survive; 0 once the beam is done. */
int beam_advance(const BeamRules *rules, Beam *beam, Expansions *expansions, int step, Candidate *kept);
/* The endings of n beams, best first, finished ones before live ones, into order (n·N). Returns how many. */
int beams_sort(const BeamRules *rules, const Beam *beam, int n, const Ending **order);

#endif
