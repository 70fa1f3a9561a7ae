/* What earlier runs have computed: rows in the journal and, with --update, in the file as it is. Both are rank 0's,
 * which looks them up for all ranks (io/ranks/ranks.h). */
#ifndef COCO_PIPELINE_FEATURES_KNOWN_ROWS_H
#define COCO_PIPELINE_FEATURES_KNOWN_ROWS_H

#include "pipeline/features/earlier.h"
#include "pipeline/features/journal.h"

#include <stdbool.h>
#include <stdint.h>

/* Where a picture's row is. */
typedef enum { ROW_IN_JOURNAL, ROW_IN_EARLIER, ROW_COMPUTED, ROW_BROKEN } RowSource;

/* A place in the journal or the earlier file, or -1, and what the picture is, or was there. */
typedef struct {
    int64_t place;
    PictureState state;
} RowPlace;

/* What is known under a picture's name, by source. */
typedef struct {
    RowPlace at[2];
} KnownRow;

/* All ranks: fills known (⌈n/ranks⌉) with what is known of this rank's pictures, which are rank + k·ranks of the n
 * names. Others than rank 0 need no journal and no earlier file. -1: a rank does not answer. Main thread. */
int known_rows(KnownRow *known, char *const *name, int64_t n, const Journal *journal, const Earlier *earlier,
               Err *err);

/* Where the row of a picture is, of which at->state says what it is now; ROW_BROKEN: nowhere. By its times, before it
 * is read, or by its content after that. Sets at->place and the checksum. Any thread. */
RowSource known_row_of(const KnownRow *known, bool by_content, RowPlace *at);

#endif
