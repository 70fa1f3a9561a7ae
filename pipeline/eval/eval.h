/* Scoring: caption records, or results arrays of the COCO tools, against references. Each file by itself:
 *
 *   captions ─┐
 *             ├─► corpus ─► document frequencies ─► scores of each caption, in parallel ─► sums in order ─► rows
 *   references┘
 *
 * and then the rows of all files, with their differences, as JSON or tables. The same numbers for any number of
 * threads, and for a file among others or alone. */
#ifndef COCO_PIPELINE_EVAL_EVAL_H
#define COCO_PIPELINE_EVAL_EVAL_H

#include "io/base/err.h"
#include "pipeline/common/report.h"
#include "pipeline/eval/meteor.h"
#include "pipeline/tokens/tokens.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

typedef enum { EVAL_JSON, EVAL_TABLE, EVAL_PER_IMAGE } EvalFormat;

typedef struct {
    const char *const *inputs; /* records or results; "-": standard input */
    int n_inputs;              /* 0: only save_df is wanted */
    const char *refs;          /* annotations; NULL: the records' own references */
    TokenRule tokens;
    const char *df;      /* document frequencies for CIDEr; NULL: those of what is scored */
    const char *save_df; /* where to save those of the references, all of `refs` if it is given; NULL: nowhere */
    const char *train;   /* where training captions are looked through for the captions, see training.h; NULL */
    const char *by;      /* the key of records by which their captions are scored in groups too; NULL: none */
    bool statistics;     /* all statistics, not the few that are always there */
    int resamples;       /* how many tell whether each file differs from the first; 0: that is not asked */
    uint32_t seed;       /* of them */
    bool meteor_lite;    /* METEOR_lite too (model/score/meteor_lite.h) */
    bool meteor;         /* METEOR too */
    MeteorOptions meteor_options;
    bool allow_missing; /* images that refs lacks are left out, not refused */
    EvalFormat format;  /* EVAL_PER_IMAGE and save_df are for one input at most */
} EvalOptions;

/* Writes the scores to out. Main thread. -1: nothing, or not all, was written; if METEOR alone
 * failed, all but its scores. */
int eval_run(const EvalOptions *options, FILE *out, const Report *report, Err *err);

#endif
