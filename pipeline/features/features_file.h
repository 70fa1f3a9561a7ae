/* The file of features: arrays by rows, what the rows depend on, the pictures' names and what the pictures were. */
#ifndef COCO_PIPELINE_FEATURES_FEATURES_FILE_H
#define COCO_PIPELINE_FEATURES_FEATURES_FILE_H

#include "pipeline/features/feature_settings.h"
#include "pipeline/features/journal.h"

/* The arrays' names. */
#define FEATURES_ARRAY "features"
#define FEATURES_GRID "grid"
#define FEATURES_FILES "files"
#define FEATURES_STATE "files_state"

/* A row in memory: the vector in float32, then the grid in float16. */
size_t features_row_bytes(const CnnInfo *info);

int64_t nanoseconds(const struct timespec *t);

/* What is to be written. */
typedef struct {
    const char *path;
    const FeatureSetting *settings; /* (FEATURE_SETTINGS) */
    const CnnInfo *info;
    int64_t n;
    const char **name;         /* (n) */
    const PictureState *state; /* (n) */
    int (*read)(void *ctx, int64_t i, void *row, Err *err);
    void *ctx;
    struct timespec modified; /* the file's time */
} FeaturesFile;

/* It appears at its path whole or not at all. Holds one row at a time in memory. */
int features_file_write(const FeaturesFile *file, Err *err);

#endif
