/* Scoring: caption records, or a results array of the COCO tools, against references.
 *
 *   captions ─┐
 *             ├─► corpus ─► document frequencies ─► scores of each caption, in parallel ─► sums in order ─► JSON
 *   references┘
 *
 * The same numbers for any number of threads. */
#ifndef COCO_PIPELINE_EVAL_EVAL_H
#define COCO_PIPELINE_EVAL_EVAL_H

#include "io/base/err.h"
#include "pipeline/common/report.h"
#include "pipeline/eval/tokens.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

typedef enum { EVAL_JSON, EVAL_TABLE, EVAL_PER_IMAGE } EvalFormat;

typedef struct {
    const char *input; /* records or results; "-": standard input; NULL: none, only save_df is wanted */
    const char *refs;  /* annotations; NULL: the records' own references */
    TokenRule tokens;
    const char *df;      /* document frequencies for CIDEr; NULL: those of what is scored */
    const char *save_df; /* where to keep those of the references, all of `refs` where it is given; NULL: nowhere */
    const char *train;   /* dataset directory whose training captions are looked through for the captions; NULL */
    bool allow_missing;  /* images that refs lacks are left out, not refused */
    EvalFormat format;
} EvalOptions;

/* Writes the scores to out. Main thread. -1: nothing, or not all, was written. */
int eval_run(const EvalOptions *options, FILE *out, const Report *report, Err *err);

#endif
