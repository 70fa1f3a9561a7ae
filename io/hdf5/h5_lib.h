/* Reading with the HDF5 library. Runs in the process that h5_cage.c starts, on behalf of h5_ask.c: h5.h describes the
 * functions of the same names. */
#ifndef COCO_IO_HDF5_H5_LIB_H
#define COCO_IO_HDF5_H5_LIB_H

#include "io/hdf5/h5_file.h"
#include "io/hdf5/h5_request.h"

/* --- h5_link.c --- */
int lib_has(H5 *h5, const char *name, Err *err);
int lib_broken_link(H5 *h5, const char *name, char *phrase, size_t room, Err *err);

/* --- h5_look.c --- */
int lib_info(H5 *h5, const char *name, H5Info *info, Err *err);
int lib_each(H5 *h5, const char *group, int (*fn)(void *ctx, const char *name, int is_dataset), void *ctx,
             Err *err);
/* Opens a dataset and returns HDF5's hid_t, which the caller closes with H5Dclose, or -1. */
int64_t lib_open_set(H5 *h5, const char *name, Err *err);
int lib_describe(H5 *h5, const char *name, int64_t set, H5Info *info, Err *err);

/* --- h5_written.c --- */
/* -1: its values are fill values, as nothing was ever written to it, or a virtual dataset's source is missing; the line
 * says which. */
int lib_check_written(H5 *h5, const char *name, int64_t set, Err *err);
/* Whether the file that a link or a virtual dataset names is where HDF5 looks for it. */
bool lib_source_exists(const H5 *h5, const char *file);

/* --- h5_numbers.c --- */
/* An array that must be of this kind and shape. Unless `strict`, integers and floats are taken for each other, and
 * dimensions of 1 are dropped (h5_squeeze). */
typedef struct {
    const char *name;
    H5Kind kind;
    bool strict;
    int rank;
    const int64_t *dim;
} ArrayWish;
int lib_expect(H5 *h5, const ArrayWish *wish, Err *err);
/* Where the file holds it contiguously as this machine's float32 or int32; -1 in offset: it does not. */
int lib_offset(H5 *h5, const ArrayWish *wish, int64_t *offset, Err *err);
/* Where the file holds each row (of the first dimension) in one piece, as little-endian float16 or float32: `width`
 * bytes per number, and the offsets, dim[0] of them. -1: it does not. */
int lib_row_offsets(H5 *h5, const ArrayWish *wish, int64_t *width, int64_t *offset, Err *err);
/* Opens it and returns HDF5's hid_t, or -1; *stored: the kind in the file. */
int64_t lib_open_numbers(H5 *h5, const ArrayWish *wish, H5Kind *stored, Err *err);
/* Reads these rows of it into out; no rows: all. */
int lib_read(H5 *h5, const ArrayWish *wish, H5Number number, int64_t first, int64_t rows, void *out, Err *err);

/* --- h5_rows.c --- */
/* n rows of HDF5's hid_t, or all if n is 0. -1: HDF5 has the reason. */
int lib_read_rows(int64_t set, H5Number number, int64_t first, int64_t n, void *out);

/* --- h5_read.c --- */
int lib_read_strings(H5 *h5, const char *name, char ***out, int64_t *n, Err *err);
int lib_attr_text(H5 *h5, const char *object, const char *name, char **out, Err *err);
int lib_attr_int(H5 *h5, const char *object, const char *name, int64_t *out, Err *err);
int lib_attr_reals(H5 *h5, const char *object, const char *name, int n, double *out, Err *err);

#endif
