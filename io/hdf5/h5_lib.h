/* Reading with the HDF5 library. Runs in the process that h5_cage.c starts, on behalf of h5_ask.c: the functions of h5.h
 * are described there. */
#ifndef COCO_IO_HDF5_H5_LIB_H
#define COCO_IO_HDF5_H5_LIB_H

#include "io/hdf5/h5_file.h"
#include "io/hdf5/h5_request.h"

int lib_has(H5 *h5, const char *name, Err *err);
int lib_info(H5 *h5, const char *name, H5Info *info, Err *err);
int lib_each(H5 *h5, const char *group, int (*fn)(void *ctx, const char *name, int is_dataset), void *ctx,
             Err *err);

/* Opens a dataset and returns HDF5's hid_t, which the caller closes with H5Dclose, or -1. */
int64_t lib_open_set(H5 *h5, const char *name, Err *err);
int lib_describe(H5 *h5, const char *name, int64_t set, H5Info *info, Err *err);
/* Opens one that must be of this kind and shape. */
int64_t lib_open_checked(H5 *h5, const char *name, H5Kind kind, int rank, const int64_t *dim, Err *err);

/* Checks kind and shape. */
int lib_expect(H5 *h5, const char *name, H5Kind kind, int rank, const int64_t *dim, Err *err);
/* Where the file holds the dataset contiguously as this machine's float32 or int32; -1 in offset: it does not. */
int lib_offset(H5 *h5, const char *name, H5Kind kind, int rank, const int64_t *dim, int64_t *offset, Err *err);
/* Reads all of it into out. */
int lib_read(H5 *h5, const char *name, H5Number number, int rank, const int64_t *dim, void *out, Err *err);
int lib_read_strings(H5 *h5, const char *name, char ***out, int64_t *n, Err *err);

int lib_attr_text(H5 *h5, const char *object, const char *name, char **out, Err *err);
int lib_attr_int(H5 *h5, const char *object, const char *name, int64_t *out, Err *err);
int lib_attr_reals(H5 *h5, const char *object, const char *name, int n, double *out, Err *err);

#endif
