#include "io/base/err.h"
#include "io/hdf5/h5_file.h"

#include <errno.h>
#include <fcntl.h>
#include <hdf5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

H5 *h5_create(const char *path, Err *err)
{
    /* Built in memory and written when it is closed: HDF5 does not survive a disk that fills up under it. Its name is
     * no file's, for HDF5 reads the whole of a file that it is about to replace. */
    enum { GROWTH = 1 << 20 };
    char *name;
    H5 *h5 = h5_new(path, true, err);
    if (!h5)
        return NULL;
    if (asprintf(&name, "%s (in memory)", path) < 0) {
        err_set(err, "%s: out of memory", path);
        h5_delete(h5);
        return NULL;
    }
    h5_quiet();
    hid_t plan = H5Pcreate(H5P_FILE_ACCESS);
    if (H5Pset_fapl_core(plan, GROWTH, 0) >= 0) /* else the file would be made on the disk, under that name */
        h5->id = H5Fcreate(name, H5F_ACC_TRUNC, H5P_DEFAULT, plan);
    H5Pclose(plan);
    free(name);
    if (h5->id >= 0)
        return h5;
    h5_fail(h5, NULL, "cannot be made", err);
    h5_delete(h5);
    return NULL;
}

/* Reserves disk space without making the file longer. Where that cannot be done, the disk has to suffice. */
static int reserve(const char *path, int64_t room, Err *err)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    int rc = fd < 0 || fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, room) ? errno : 0;
    if (fd >= 0)
        close(fd);
    return rc == ENOSPC || rc == EFBIG || rc == EDQUOT ? err_set(err, "%s", strerror(rc)) : 0;
}

H5 *h5_create_large(const char *path, int64_t room, const struct timespec *modified, Err *err)
{
    H5 *h5 = h5_new(path, true, err);
    if (!h5)
        return NULL;
    if (outfile_begin(&h5->out, path, err)) {
        h5_delete(h5);
        return NULL;
    }
    h5->modified = modified ? *modified : (struct timespec){0};
    h5_quiet();
    hid_t plan = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_file_locking(plan, 0, 1); /* nobody else knows the file */
    if (h5->out.in_place)
        err_set(err, "%s: is not a regular file; HDF5 needs to seek in it", path);
    else if ((h5->id = H5Fcreate(h5->out.path, H5F_ACC_TRUNC, H5P_DEFAULT, plan)) < 0)
        h5_fail(h5, NULL, "cannot be made", err);
    else if (reserve(h5->out.path, room, err)) {
        err_prefix(err, "%s: ", path);
        H5Fclose(h5->id);
        h5->id = -1;
    }
    H5Pclose(plan);
    if (h5->id >= 0)
        return h5;
    outfile_abort(&h5->out);
    h5_delete(h5);
    return NULL;
}

int h5_make_group(H5 *h5, const char *name, Err *err)
{
    hid_t group = H5Gcreate2(h5->id, name, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    if (group < 0)
        return h5_fail(h5, name, "cannot be made", err);
    H5Gclose(group);
    return 0;
}

static int write_array(H5 *h5, const char *name, int rank, const int64_t *dim, hid_t file_type, hid_t type,
                       const void *in, Err *err)
{
    hsize_t dims[H5_MAX_RANK];
    for (int i = 0; i < rank; i++)
        dims[i] = (hsize_t)dim[i];
    hid_t space = H5Screate_simple(rank, dims, NULL), plan = H5Pcreate(H5P_DATASET_CREATE);
    hid_t set = -1;
    if (H5Pset_obj_track_times(plan, 0) >= 0) /* equal runs give equal files */
        set = H5Dcreate2(h5->id, name, file_type, space, H5P_DEFAULT, plan, H5P_DEFAULT);
    int rc = 0;
    if (set < 0 || H5Dwrite(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, in) < 0)
        rc = h5_fail(h5, name, "cannot be written", err);
    if (set >= 0)
        H5Dclose(set);
    H5Pclose(plan);
    H5Sclose(space);
    return rc;
}

int h5_write_floats(H5 *h5, const char *name, int rank, const int64_t *dim, const float *in, Err *err)
{
    return write_array(h5, name, rank, dim, H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, in, err);
}

int h5_write_doubles(H5 *h5, const char *name, int rank, const int64_t *dim, const double *in, Err *err)
{
    return write_array(h5, name, rank, dim, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, in, err);
}

int h5_write_ints(H5 *h5, const char *name, int rank, const int64_t *dim, const int32_t *in, Err *err)
{
    return write_array(h5, name, rank, dim, H5T_STD_I32LE, H5T_NATIVE_INT32, in, err);
}

/* Variable-length UTF-8, as h5py writes a str. */
static hid_t text_type(void)
{
    hid_t type = H5Tcopy(H5T_C_S1);
    if (H5Tset_size(type, H5T_VARIABLE) >= 0 && H5Tset_cset(type, H5T_CSET_UTF8) >= 0)
        return type;
    H5Tclose(type);
    return -1;
}

int h5_write_strings(H5 *h5, const char *name, int64_t n, const char *const *in, Err *err)
{
    hid_t type = text_type();
    int rc = write_array(h5, name, 1, &n, type, type, in, err);
    H5Tclose(type);
    return rc;
}

/* Takes the space over. */
static int put_values(H5 *h5, const char *object, const char *name, hid_t space, hid_t file_type, hid_t type,
                      const void *value, Err *err)
{
    hid_t attr = H5Acreate_by_name(h5->id, object, name, file_type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    int rc = 0;
    if (attr < 0 || H5Awrite(attr, type, value) < 0)
        rc = h5_fail(h5, name, "cannot be written", err);
    if (attr >= 0)
        H5Aclose(attr);
    H5Sclose(space);
    return rc;
}

static int put_attr(H5 *h5, const char *object, const char *name, hid_t file_type, hid_t type, const void *value,
                    Err *err)
{
    return put_values(h5, object, name, H5Screate(H5S_SCALAR), file_type, type, value, err);
}

int h5_put_text(H5 *h5, const char *object, const char *name, const char *value, Err *err)
{
    hid_t type = text_type();
    int rc = put_attr(h5, object, name, type, type, &value, err);
    H5Tclose(type);
    return rc;
}

int h5_put_int(H5 *h5, const char *object, const char *name, int64_t value, Err *err)
{
    return put_attr(h5, object, name, H5T_STD_I64LE, H5T_NATIVE_INT64, &value, err);
}

int h5_put_real(H5 *h5, const char *object, const char *name, double value, Err *err)
{
    return put_attr(h5, object, name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, &value, err);
}

int h5_put_reals(H5 *h5, const char *object, const char *name, int n, const double *values, Err *err)
{
    hsize_t dim = (hsize_t)n;
    return put_values(h5, object, name, H5Screate_simple(1, &dim, NULL), H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, values,
                      err);
}
