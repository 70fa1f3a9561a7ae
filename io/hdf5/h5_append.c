/* Arrays that are written row by row. HDF5 makes room for them at the end of a file that is small, and knows nothing of
 * their numbers: so they are never in memory as a whole, and a disk that fills up is an error of a plain write. */
#include "io/base/err.h"
#include "io/hdf5/h5_file.h"

#include <errno.h>
#include <hdf5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct H5Append {
    FILE *file;
    char *path, *name;
    int width;
    size_t numbers; /* of a row */
    int64_t rows, done;
    uint16_t *halves; /* (numbers) */
};

/* Makes the array, contiguous and without values. Closes the type. Returns where the array begins, or -1. */
static int64_t make_room(H5 *h5, const char *name, hid_t type, int rank, const int64_t *dim, Err *err)
{
    hsize_t dims[H5_MAX_RANK];
    for (int i = 0; i < rank; i++)
        dims[i] = (hsize_t)dim[i];
    h5_quiet();
    h5->id = H5Fopen(h5->path, H5F_ACC_RDWR, H5P_DEFAULT);
    if (h5->id < 0) {
        H5Tclose(type);
        return h5_open_fail(h5, err);
    }
    hid_t space = H5Screate_simple(rank, dims, NULL), plan = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_obj_track_times(plan, 0); /* equal runs give equal files */
    H5Pset_alloc_time(plan, H5D_ALLOC_TIME_EARLY);
    H5Pset_fill_time(plan, H5D_FILL_TIME_NEVER);
    hid_t set = H5Dcreate2(h5->id, name, type, space, H5P_DEFAULT, plan, H5P_DEFAULT);
    haddr_t at = set < 0 ? HADDR_UNDEF : H5Dget_offset(set);
    int rc = at == HADDR_UNDEF || at > INT64_MAX ? h5_fail(h5, name, "cannot be made", err) : 0;
    if (set >= 0)
        H5Dclose(set);
    H5Pclose(plan);
    H5Sclose(space);
    H5Tclose(type);
    if (H5Fclose(h5->id) < 0 && rc == 0)
        rc = h5_fail(h5, name, "cannot be made", err);
    return rc ? -1 : (int64_t)at;
}

static int fail(const H5Append *a, Err *err)
{
    return err_set(err, "%s: %s: %s", a->path, a->name, strerror(errno));
}

/* Numbers of `width` bytes, of a type that the file says. */
static H5Append *begin(const char *path, const char *name, int width, hid_t (*type)(void), int rank,
                       const int64_t *dim, Err *err)
{
    H5Append *a = calloc(1, sizeof *a);
    H5 *h5 = a ? h5_new(path, true, err) : NULL;
    int64_t at = h5 ? make_room(h5, name, type(), rank, dim, err) : -1;
    if (h5)
        h5_delete(h5);
    else if (!a)
        err_set(err, "out of memory");
    if (at >= 0) {
        a->width = width;
        a->rows = dim[0];
        a->numbers = 1;
        for (int i = 1; i < rank; i++)
            a->numbers *= (size_t)dim[i];
        a->path = strdup(path);
        a->name = strdup(name);
        a->halves = malloc(a->numbers * sizeof *a->halves + 1);
        a->file = a->path && a->name && a->halves ? fopen(path, "r+be") : NULL;
        if (a->file && fseeko(a->file, at, SEEK_SET) == 0)
            return a;
        err_set(err, "%s: %s", path, strerror(errno));
    }
    h5_append_abort(a);
    return NULL;
}

static hid_t float_type(void)
{
    return H5Tcopy(H5T_IEEE_F32LE);
}

static hid_t int_type(void)
{
    return H5Tcopy(H5T_STD_I32LE);
}

H5Append *h5_append_begin(const char *path, const char *name, int width, int rank, const int64_t *dim, Err *err)
{
    return begin(path, name, width, width == 2 ? h5_half_type : float_type, rank, dim, err);
}

H5Append *h5_append_begin_ints(const char *path, const char *name, int64_t n, Err *err)
{
    return begin(path, name, sizeof(int32_t), int_type, 1, &n, err);
}

/* A row of numbers as they are in the file. */
static int put(H5Append *a, const void *row, Err *err)
{
    if (a->done == a->rows)
        return err_set(err, "%s: %s: more than its %lld rows", a->path, a->name, (long long)a->rows);
    if (fwrite(row, (size_t)a->width, a->numbers, a->file) != a->numbers)
        return fail(a, err);
    a->done++;
    return 0;
}

int h5_append_row(H5Append *a, const float *in, Err *err)
{
    if (a->width != 2)
        return put(a, in, err);
    h5_to_halves(in, a->numbers, a->halves);
    return put(a, a->halves, err);
}

int h5_append_int(H5Append *a, int32_t value, Err *err)
{
    return put(a, &value, err);
}

int h5_append_end(H5Append *a, Err *err)
{
    int rc = a->done == a->rows ? 0
                                : err_set(err, "%s: %s: %lld of %lld rows are missing", a->path, a->name,
                                          (long long)(a->rows - a->done), (long long)a->rows);
    if (fclose(a->file) && rc == 0)
        rc = fail(a, err);
    a->file = NULL;
    h5_append_abort(a);
    return rc;
}

void h5_append_abort(H5Append *a)
{
    if (!a)
        return;
    if (a->file)
        fclose(a->file);
    free(a->path);
    free(a->name);
    free(a->halves);
    free(a);
}
