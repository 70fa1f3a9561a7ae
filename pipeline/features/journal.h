/* Rows that are finished while the file of features is not: TARGET.coco-part-rows, beside it.
 *
 *   header: what the rows depend on, as text      record: check, sizes, the picture's state, its name, the row
 *
 * A row is appended as soon as it is computed, and kept on disk only. A run that is killed, or fails, leaves the
 * journal; the next one with the same settings takes from it the rows of pictures that have not changed since. A
 * record that is torn or damaged ends it: that and what follows is cut off. It is this machine's: nothing in it is
 * converted.
 *
 * A journal has one owner at a time, by a lock. journal_find may be called by any thread; the rest by one. */
#ifndef COCO_PIPELINE_FEATURES_JOURNAL_H
#define COCO_PIPELINE_FEATURES_JOURNAL_H

#include "io/base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

typedef struct Journal Journal;

/* What tells whether a picture has changed. */
typedef struct {
    int64_t size;
    int64_t modified, changed; /* nanoseconds since 1970: of its content; of anything about it */
    uint64_t checksum;         /* of its bytes */
} PictureState;

/* Opens the journal of the target, or makes it. Rows of other settings (lines of text) are dropped: *other is then
 * the first line of theirs that differs, which the caller frees; else NULL. NULL: another process is writing the
 * target, or the journal cannot be made. */
Journal *journal_open(const char *target, const char *settings, size_t row_bytes, char **other, Err *err);
/* Closes it, and removes it if `done`, or if nothing is in it. NULL is legal. */
void journal_close(Journal *journal, bool done);

/* When it was opened, by the clock of the file system that it is on. */
struct timespec journal_began(const Journal *journal);
/* How many rows were found in it. */
int64_t journal_rows(const Journal *journal);
/* The place of the row that an earlier run computed for the picture of this name, and that picture's state; -1:
 * none did. */
int64_t journal_find(const Journal *journal, const char *name, PictureState *state);
/* Appends a row and returns its place, or -1. */
int64_t journal_add(Journal *journal, const char *name, const PictureState *state, const void *row, Err *err);
/* Reads the row at a place. */
int journal_read(const Journal *journal, int64_t place, void *row, Err *err);

#endif
