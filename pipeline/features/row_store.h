/* The rows of the file that is being made: those of earlier runs, those computed now, and the file in the end. Of
 * several ranks (io/ranks/ranks.h), rank 0 has it. Main thread. */
#ifndef COCO_PIPELINE_FEATURES_ROW_STORE_H
#define COCO_PIPELINE_FEATURES_ROW_STORE_H

#include "pipeline/features/known_rows.h"

/* A row of the file to be written. */
typedef struct {
    RowSource source; /* the journal or the earlier file */
    int64_t place;
} StoredRow;

typedef struct {
    const FeaturesOptions *options;
    const FeatureSetting *settings; /* (FEATURE_SETTINGS) */
    const CnnInfo *info;
    Journal *journal;
    Earlier earlier;
    StoredRow *row; /* (pictures); the first n are filled, here and below */
    PictureState *state;
    const char **name;
    int64_t n;
} RowStore;

/* Opens the journal and, with --update, the file as it is, for rows of at most `pictures`. Borrows all; the caller
 * closes, also after a failure. */
int row_store_open(RowStore *store, const FeaturesOptions *options, const FeatureSetting *settings,
                   const CnnInfo *info, int64_t pictures, const Report *report, Err *err);
/* Removes the journal if the file is written, or nothing is in it. Legal on a zeroed one. */
void row_store_close(RowStore *store, bool written);

/* The next picture's row: at a place in one of both, or computed, with its numbers. */
int row_store_add(RowStore *store, const char *name, RowSource source, const RowPlace *at, const void *numbers,
                  Err *err);
/* Writes the file, or leaves it if it would be the same. */
int row_store_write(RowStore *store, Err *err);

#endif
