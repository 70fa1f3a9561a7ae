/* One picture through a network:
 *
 *   path ──► bytes ──► decoded ──► resized, (pixel - mean)·scale ──► network ──► vector, grid
 *
 * One Extractor serves any number of threads, each with a PictureNumbers of its own. */
#ifndef COCO_PIPELINE_FEATURES_EXTRACTOR_H
#define COCO_PIPELINE_FEATURES_EXTRACTOR_H

#include "pipeline/features/preprocess.h"

#include <stdbool.h>
#include <stdint.h>

/* How pictures are read. */
typedef struct {
    bool exact;     /* large JPEGs are decoded at their full size */
    bool truncated; /* JPEGs that end early are taken as far as they go */
    int64_t max_pixels;
} PictureWish;

typedef struct {
    const Cnn *cnn;
    Preprocess prepare;
    PictureWish wish;
} Extractor;

/* What one picture takes. */
typedef struct {
    float *input;  /* the network's */
    float *vector; /* (features) */
    float *grid;   /* (grid_rows · grid_columns, grid_channels), or NULL if the network gives none */
} PictureNumbers;

/* The caller frees, also after a failure. -1: out of memory. */
int picture_numbers_alloc(PictureNumbers *numbers, const CnnInfo *info, Err *err);
void picture_numbers_free(PictureNumbers *numbers); /* safe on a zero-initialized one */

/* From a file's bytes to the picture; the caller frees it. -1: it is broken, and err says why. */
int extractor_decode(const Extractor *extractor, const char *bytes, size_t len, Image *image, Err *err);
/* From the picture to numbers->vector and grid. */
int extractor_compute(const Extractor *extractor, const Image *image, const PictureNumbers *numbers, Err *err);
/* All of it. 0: done; 1: the picture is broken, and err names it and says why; -1: failed. */
int extractor_run(const Extractor *extractor, const char *path, const PictureNumbers *numbers, Err *err);

#endif
