/* The rows of an earlier file of features, for an update.
 *
 * Its `files_state` says for each row what its picture was: "SIZE CHECKSUM", the bytes in decimal and their CRC-64
 * in hexadecimal. No time is in the file, as equal runs give equal files: a picture whose size is the same has not
 * changed if its times are before the file's own, as make(1) has it, or else if its checksum is the same. */
#ifndef COCO_PIPELINE_FEATURES_EARLIER_H
#define COCO_PIPELINE_FEATURES_EARLIER_H

#include "io/base/hash.h"
#include "io/hdf5/h5.h"
#include "pipeline/features/feature_settings.h"
#include "pipeline/features/features_file.h"
#include "pipeline/features/journal.h"

typedef struct {
    H5 *h5;
    const CnnInfo *info;
    int64_t n;
    char *cnn;           /* the network's name */
    PictureState *state; /* (n); their times are the file's */
    H5Matrix features;
    uint16_t *block; /* rows of the grid that were read together */
    int64_t block_first, block_rows;
    Hash *names;  /* numbers `row` */
    int64_t *row; /* the first row of each name */
} Earlier;

/* 1: opened; 0: there is no such file; -1: it was made with other settings, or cannot be read. */
int earlier_open(Earlier *e, const char *path, const FeatureSetting settings[FEATURE_SETTINGS], const CnnInfo *info,
                 Err *err);
void earlier_close(Earlier *e); /* safe on a zeroed one */

/* The row of the picture of this name, or -1. Any thread. */
int64_t earlier_find(const Earlier *e, const char *name);
int earlier_read(Earlier *e, int64_t row, void *out, Err *err);

#endif
