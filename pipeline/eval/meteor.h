/* METEOR 1.5 (Denkowski and Lavie 2014), as pycocoevalcap has it: from the authors' own program, which Java runs.
 *
 *     SCORE ||| reference ||| reference ||| caption     ──►  23 numbers, its statistics
 *     EVAL ||| statistics ||| statistics ...            ──►  the score of each, and that of all: no mean
 *
 * Several of these processes share the captions; each keeps the program's tables in memory, about 1 GB. They start with
 * the first captions and live until meteor_free. What fails, fails once: there are no more scores after it, and
 * meteor_failure says why. Main thread. */
#ifndef COCO_PIPELINE_EVAL_METEOR_H
#define COCO_PIPELINE_EVAL_METEOR_H

#include <stdint.h>

/* Its name in output. */
#define METEOR_KEY "METEOR"

typedef struct Meteor Meteor;

typedef struct {
    const char *jar; /* see meteor_jar.h; NULL: it is sought */
    int processes;   /* at most so many, and METEOR_PROCESSES */
    double seconds;  /* after which a process that does nothing is ended */
} MeteorOptions;

enum { METEOR_PROCESSES = 4 };

/* A caption and its references, as tokens (tokens.h); borrowed. */
typedef struct {
    const char *caption;
    char *const *references;
    int n_references;
} MeteorPair;

/* The options' strings are borrowed. NULL: out of memory. */
Meteor *meteor_new(const MeteorOptions *options);
void meteor_free(Meteor *meteor); /* ends the processes; NULL is legal */

/* Fills statistics (n) of captions: lines of text, valid until the next call. -1: METEOR has failed. */
int meteor_count(Meteor *meteor, const MeteorPair *pairs, int64_t n, const char **statistics);
/* The score of n captions together, n > 0, and if `each` is not NULL those of each. NaN: METEOR has failed. */
double meteor_score(Meteor *meteor, const char *const *statistics, int64_t n, double *each);
/* Why it has failed; NULL: it has not. */
const char *meteor_failure(const Meteor *meteor);

#endif
