/* Which rows of a split a command works on: all, those that a file names, the first so many, one shard.
 * The caller owns the list. Main thread. */
#ifndef COCO_PIPELINE_SAMPLE_ROWS_H
#define COCO_PIPELINE_SAMPLE_ROWS_H

#include "io/base/err.h"

#include <stddef.h>
#include <stdint.h>

typedef struct {
    int64_t *row;
    int64_t n;
} RowList;

/* Of `images` rows of `split` (NULL: no split): those named in `path`, one a line, as a number or as a
 * caption record with a "row" (of this split, where it names one), or all where path is NULL; of them the
 * first `first` (negative: all); of these each whose place mod shards is shard. -1: a line names file and
 * line. */
int rows_select(RowList *list, int64_t images, const char *split, const char *path, int64_t first, int64_t shard,
                int64_t shards, Err *err);
void rows_free(RowList *list); /* legal on a zeroed one */

#endif
