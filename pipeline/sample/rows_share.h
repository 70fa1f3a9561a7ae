/* The rows of one rank among several. Main thread. */
#ifndef COCO_PIPELINE_SAMPLE_ROWS_SHARE_H
#define COCO_PIPELINE_SAMPLE_ROWS_SHARE_H

#include "pipeline/sample/caption_output.h"
#include "pipeline/sample/ensemble.h"
#include "pipeline/sample/rows.h"

/* All ranks, after selecting rows, which ended with rc: keeps those of this rank and tells `output` how many a rank
 * has.
 * names: of pictures, whose places the rows are, or NULL. -1 on all if one failed, or has another program, instruction
 * set, models, rows or names than rank 0: err says which and how. */
int rows_share(RowList *rows, int rc, const Ensemble *ensemble, char *const *names, CaptionOutput *output,
               Err *err);

#endif
