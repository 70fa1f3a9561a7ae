/* Features from one or more files, as rows that file names find.
 *
 *   FILE.h5[:ARRAY]    HDF5: the array `features`, or another one, (n, D) or (n, D, 1, 1), beside it the names, `files`
 *   FILE.npy           NumPy: (n, D)
 *   FILE.npz[:ARRAY]   the array `features`, or the only one, or ARRAY
 *
 * Rows are numbered through all files. Main thread. */
#ifndef COCO_PIPELINE_PREPARE_FEATURE_SET_H
#define COCO_PIPELINE_PREPARE_FEATURE_SET_H

#include "io/base/err.h"
#include "io/data/grid.h"
#include "io/hdf5/h5.h"
#include "pipeline/prepare/name_index.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    char *path;  /* without the array's name */
    char *array; /* NULL: not named */
    const float *floats;
    int64_t rows, first; /* first: the number of its first row in the set */
    bool named;
    bool reduced;  /* by a PCA already, which the file has in its group `pca` */
    char *cnn;     /* the CNN's SHA-256, or NULL */
    bool has_grid; /* it has a grid of features too: */
    Grid grid;     /* without places if it cannot be used, and then */
    Err grid_why;
    bool grid_reduced; /* by a PCA already */
    H5Matrix matrix;   /* what floats points into, or */
    float *copy;
} FeatureFile;

typedef struct {
    FeatureFile *file;
    int n;
    int64_t rows, D;
    NameIndex names; /* of rows */
} FeatureSet;

int feature_set_init(FeatureSet *set, Err *err);
void feature_set_free(FeatureSet *set); /* safe on a zero-initialized one */

/* Adds a file. It must have as many values per image as the others. */
int feature_set_add(FeatureSet *set, const char *spec, Err *err);
/* Names the rows of the files that have no names: from lists of names, a line a row. As many lists as files go to one
 * file each; one list goes to all, one after another. */
int feature_set_read_names(FeatureSet *set, const char *const *lists, int n_lists, Err *err);

/* 1: every file has a grid, all of one shape; 0: none has; -1: they cannot be taken, and err says why. */
int feature_set_grid(const FeatureSet *set, Err *err);
/* The grid of a row, out (places, channels). */
int feature_set_grid_row(const FeatureSet *set, int64_t row, float *out, Err *err);
/* The features of a row, after a check that each number is finite. NULL with a message otherwise. */
const float *feature_set_row(const FeatureSet *set, int64_t row, Err *err);

#endif
