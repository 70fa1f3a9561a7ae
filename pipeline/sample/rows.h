/* Selects the rows of a split to work on: all, those that a file names, the first few, one shard. The caller owns the
 * list. Main thread. */
#ifndef COCO_PIPELINE_SAMPLE_ROWS_H
#define COCO_PIPELINE_SAMPLE_ROWS_H

#include "io/base/err.h"
#include "pipeline/common/report.h"

#include <stddef.h>
#include <stdint.h>

typedef struct {
    int64_t *row;
    int64_t n;
} RowList;

/* Which rows: each step selects from what the one before left. */
typedef struct {
    int64_t images;    /* rows of the split */
    const char *split; /* NULL: no split */
    const char
        *path;     /* the rows named in this file, one per line, as a number or as a caption record with a "row" (of
                        * this split, if it names one); "-": standard input; NULL: all */
    int64_t first; /* at most this many, the first; negative: all */
    int64_t shard, shards; /* those whose place mod shards is shard */
} RowSelection;

/* Reports that it waits for standard input. -1: the message names file and line. */
int rows_select(RowList *list, const RowSelection *selection, const Report *report, Err *err);
void rows_free(RowList *list); /* safe on a zero-initialized one */

#endif
