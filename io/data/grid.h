/* The grid of features in a features file: for each image P places of C numbers, `grid` (images, P, C). Its rows stay
 * in the file, and are converted as they are used. Open on the main thread; then any thread may read. */
#ifndef COCO_IO_DATA_GRID_H
#define COCO_IO_DATA_GRID_H

#include "io/base/err.h"
#include "io/hdf5/h5.h"

typedef struct {
    char *path;
    H5Rows rows;
    int places, channels;
    int64_t across, down; /* the grid's columns and rows, across·down = places; 0: the file does not say */
} Grid;

/* -1: the file has no grid, or one of which no image's row can be used in place. The caller closes, even after a
 * failure. */
int grid_open(Grid *grid, const char *path, Err *err);
void grid_close(Grid *grid); /* safe on a zero-initialized one */

/* 0 if both have as many places and channels. */
int grids_alike(const Grid *a, const Grid *b, Err *err);

/* The grid of an image, out (P,C), after a check that each number is finite. */
int grid_row(const Grid *grid, int64_t row, float *out, Err *err);

#endif
