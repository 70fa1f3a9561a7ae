/* Shared by the files of io/hdf5/; not for anybody else. */
#ifndef COCO_IO_HDF5_H5_FILE_H
#define COCO_IO_HDF5_H5_FILE_H

#include "io/base/err.h"
#include "io/hdf5/h5.h"

struct H5 {
    int64_t id; /* HDF5's hid_t */
    char *path;
    int writing;
};

H5 *h5_wrap(int64_t id, const char *path, int writing, Err *err);
/* Writes "file: name: what" and the innermost line of HDF5's error stack into err. Returns -1. */
int h5_fail(const H5 *h5, const char *name, const char *what, Err *err);
/* Opens a dataset and returns HDF5's hid_t, which the caller closes with H5Dclose, or -1. */
int64_t h5_open_set(H5 *h5, const char *name, Err *err);
/* The same for one that must be of this kind and shape. */
int64_t h5_open_checked(H5 *h5, const char *name, H5Kind kind, int rank, const int64_t *dim, Err *err);
/* -1: its numbers are fill values, as nothing was ever written to it, or a virtual dataset's source is missing; the line
 * says which. */
int h5_check_written(H5 *h5, const char *name, int64_t set, Err *err);
int h5_check_shape(const H5 *h5, const char *name, const H5Info *info, int rank, const int64_t *dim, Err *err);
const char *h5_kind_name(H5Kind kind); /* "integers" */
int h5_describe(H5 *h5, const char *name, int64_t set, H5Info *info, Err *err);
void h5_quiet(void); /* stops HDF5 from printing its errors */

#endif
