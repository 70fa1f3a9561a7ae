/* METEOR_lite: (1 - 0.6·(chunks / matches)^0.2)·F, with F = P·R / (0.85·P + 0.15·R), P the share of the caption's
 * words that are matched and R that of the reference's. A content word weighs 0.75, a function word 0.25, and a word
 * that is matched by its stem alone 0.6 of that. A caption that is its reference, in one chunk, has no penalty. Of
 * several references the one with the best score counts. A corpus's score is that of the summed counts of its captions.
 *
 * The constants are those of METEOR 1.5 for English, task "rank". */
#include "model/score/meteor_lite.h"

#include "model/score/metrics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ALPHA 0.85
#define BETA 0.2
#define GAMMA 0.6
#define CONTENT_WEIGHT 0.75
#define STEM_WEIGHT 0.6

/* --- alignment: a beam over the caption's words --- */

enum {
    BEAM = 40,
    CHOICES = 64 /* for a word, at most: more than any real sentence offers */
};

/* An alignment of the caption's first words. */
typedef struct {
    int pairs, chunks;
    int64_t distance; /* Σ |place in the caption - place in the reference| */
    int last;         /* the place that the last word is matched with; -1: none */
    int number;       /* the order in which it was made: of equal ones the first is the better */
    int from;         /* the partial alignment it grows from, in the beam of the word before */
} Partial;

typedef struct {
    const Sentence *caption, *reference;
    const int32_t *stem;
    Partial beam[BEAM], grown[BEAM * (CHOICES + 1)];
    int n_beam, n_grown;
    size_t set;          /* bytes of a set of places in the reference */
    unsigned char *used; /* (2, BEAM, set): the places that are matched, by partial alignment, now and next */
    struct Step {
        int from, to;
    } * step; /* (caption->n, BEAM): how each partial alignment came to be */
} Search;

static int better(const void *a, const void *b)
{
    const Partial *x = a, *y = b;
    if (x->pairs != y->pairs)
        return x->pairs > y->pairs ? -1 : 1;
    if (x->chunks != y->chunks)
        return x->chunks < y->chunks ? -1 : 1;
    if (x->distance != y->distance)
        return x->distance < y->distance ? -1 : 1;
    return x->number - y->number;
}

static void grow(Search *s, const Partial *p, int from, int word, int to)
{
    Partial grown = *p;
    grown.from = from;
    grown.last = to;
    grown.number = s->n_grown;
    if (to >= 0) {
        grown.pairs++;
        grown.chunks += p->last < 0 || to != p->last + 1;
        grown.distance += abs(word - to);
    }
    s->grown[s->n_grown++] = grown;
}

/* Lets each partial alignment match the word with each free place that fits, or with none. */
static void grow_all(Search *s, int word, const unsigned char *used)
{
    const Sentence *r = s->reference;
    int32_t stem = s->stem[s->caption->word[word]];
    s->n_grown = 0;
    for (int k = 0; k < s->n_beam; k++) {
        int choices = 0;
        for (int to = 0; to < r->n && choices < CHOICES; to++) {
            if (s->stem[r->word[to]] != stem || used[(size_t)k * s->set + (size_t)to / 8] >> to % 8 & 1)
                continue;
            grow(s, &s->beam[k], k, word, to);
            choices++;
        }
        grow(s, &s->beam[k], k, word, -1);
    }
}

/* Keeps the best, and notes how they came to be. */
static void prune(Search *s, int word, const unsigned char *used, unsigned char *next)
{
    qsort(s->grown, (size_t)s->n_grown, sizeof *s->grown, better);
    s->n_beam = s->n_grown < BEAM ? s->n_grown : BEAM;
    for (int k = 0; k < s->n_beam; k++) {
        const Partial *p = &s->grown[k];
        unsigned char *mine = next + (size_t)k * s->set;
        memcpy(mine, used + (size_t)p->from * s->set, s->set);
        if (p->last >= 0)
            mine[p->last / 8] |= (unsigned char)(1 << p->last % 8);
        s->step[word * BEAM + k] = (struct Step){p->from, p->last};
        s->beam[k] = *p;
    }
}

static void search(Search *s, Alignment *alignment)
{
    int n = s->caption->n;
    s->beam[0] = (Partial){.last = -1};
    s->n_beam = 1;
    for (int word = 0; word < n; word++) {
        unsigned char *now = s->used + (size_t)(word % 2) * BEAM * s->set;
        unsigned char *next = s->used + (size_t)((word + 1) % 2) * BEAM * s->set;
        grow_all(s, word, now);
        prune(s, word, now, next);
    }
    alignment->n = s->beam[0].pairs;
    alignment->chunks = s->beam[0].chunks;
    for (int word = n - 1, k = 0; word >= 0; word--) {
        struct Step step = s->step[word * BEAM + k];
        alignment->to[word] = step.to;
        k = step.from;
    }
}

int meteor_align(const Sentence *caption, const Sentence *reference, const WordForms *forms, Alignment *alignment)
{
    Search *s = malloc(sizeof *s);
    size_t room = (size_t)caption->n + 1;
    *alignment = (Alignment){.to = malloc(room * sizeof *alignment->to)};
    if (s) {
        *s = (Search){.caption = caption, .reference = reference, .stem = forms->stem};
        s->set = (size_t)reference->n / 8 + 1;
        s->used = calloc(2 * BEAM, s->set);
        s->step = malloc(room * BEAM * sizeof *s->step);
    }
    int rc = s && s->used && s->step && alignment->to ? 0 : -1;
    if (!rc)
        search(s, alignment);
    else
        free(alignment->to);
    if (s) {
        free(s->used);
        free(s->step);
    }
    free(s);
    return rc;
}

/* --- counts --- */

/* The weights of the words, and of those that are matched, in the caption and in the reference. */
enum { CAPTION, CAPTION_MATCHED, REFERENCE, REFERENCE_MATCHED, MATCHES, CHUNKS, COUNTS };

static double weight(const WordForms *forms, int32_t word)
{
    return forms->function[word] ? 1 - CONTENT_WEIGHT : CONTENT_WEIGHT;
}

static void combine(const double *counts, int64_t captions, double *score)
{
    (void)captions;
    *score = 0;
    if (counts[MATCHES] == 0)
        return;
    double precision = counts[CAPTION_MATCHED] / counts[CAPTION];
    double recall = counts[REFERENCE_MATCHED] / counts[REFERENCE];
    double f = precision * recall / (ALPHA * precision + (1 - ALPHA) * recall);
    *score = f * (1 - GAMMA * pow(counts[CHUNKS] / counts[MATCHES], BETA));
}

static int count_reference(const Sentence *c, const Sentence *r, const WordForms *forms, double *counts)
{
    Alignment a;
    if (meteor_align(c, r, forms, &a))
        return -1;
    memset(counts, 0, COUNTS * sizeof *counts);
    for (int i = 0; i < c->n; i++) {
        counts[CAPTION] += weight(forms, c->word[i]);
        if (a.to[i] < 0)
            continue;
        int32_t other = r->word[a.to[i]];
        double match = other == c->word[i] ? 1 : STEM_WEIGHT;
        counts[CAPTION_MATCHED] += match * weight(forms, c->word[i]);
        counts[REFERENCE_MATCHED] += match * weight(forms, other);
    }
    for (int i = 0; i < r->n; i++)
        counts[REFERENCE] += weight(forms, r->word[i]);
    bool whole = a.chunks == 1 && a.n == c->n && a.n == r->n;
    counts[MATCHES] = a.n;
    counts[CHUNKS] = whole ? 0 : a.chunks;
    free(a.to);
    return 0;
}

static int count(const ScorePair *p, const ScoreCorpus *corpus, double *counts)
{
    double best = -1;
    for (int i = 0; i < p->n_references; i++) {
        double these[COUNTS], score;
        if (count_reference(p->caption, &p->references[i], corpus->forms, these))
            return -1;
        combine(these, 1, &score);
        if (score > best) {
            best = score;
            memcpy(counts, these, sizeof these);
        }
    }
    return 0;
}

const Metric metric_meteor_lite = {
    .score = {{"METEOR_lite", "METEOR-lite", "of 100"}},
    .n_counts = COUNTS,
    .count = count,
    .combine = combine,
};
