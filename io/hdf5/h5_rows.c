/* Arrays that are written, and read, some rows at a time. */
#include "io/hdf5/h5_file.h"
#include "io/hdf5/h5_lib.h"

#include <hdf5.h>
#include <stdlib.h>
#include <string.h>

/* --- float16 --- */

/* IEEE 754's binary16: in the file little-endian, as NumPy's '<f2'; in memory as the machine has it. */
static hid_t half_type(hid_t base)
{
    hid_t type = H5Tcopy(base);
    H5Tset_fields(type, 15, 10, 5, 0, 10);
    H5Tset_size(type, 2);
    H5Tset_ebias(type, 15);
    return type;
}

/* The nearest binary16, ties to even. HDF5's own conversion loses the carry where a number rounds up to a power of two:
 * 3.9995 becomes 2. */
static uint16_t half_of(float x)
{
    uint32_t bits, sign;
    memcpy(&bits, &x, sizeof bits);
    sign = bits >> 16 & 0x8000;
    bits &= 0x7fffffff;
    if (bits > 0x7f800000)
        return (uint16_t)(sign | 0x7e00); /* NaN */
    if (bits >= 0x477ff000)
        return (uint16_t)(sign | H5_HALF_INFINITY); /* 65520 and more */
    uint32_t shift = 13, value = bits - ((127 - 15) << 23);
    if (bits < 0x38800000) { /* below 2^-14: a multiple of 2^-24 */
        shift = 126 - (bits >> 23);
        value = (bits & 0x7fffff) | 0x800000;
        if (shift > 24)
            return (uint16_t)sign;
    }
    uint32_t rest = value & ((1u << shift) - 1), half = 1u << (shift - 1);
    value >>= shift;
    return (uint16_t)(sign | (value + (rest > half || (rest == half && value & 1))));
}

void h5_to_halves(const float *in, size_t n, uint16_t *out)
{
    for (size_t i = 0; i < n; i++)
        out[i] = half_of(in[i]);
}

/* --- making --- */

/* In chunks of one row if `chunked`. Takes the type over. */
static int make_set(H5 *h5, const char *name, int rank, const int64_t *dim, hid_t type, bool chunked, Err *err)
{
    hsize_t dims[H5_MAX_RANK], chunk[H5_MAX_RANK];
    for (int i = 0; i < rank; i++)
        chunk[i] = dims[i] = (hsize_t)dim[i];
    chunk[0] = 1;
    hid_t space = H5Screate_simple(rank, dims, NULL), plan = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_obj_track_times(plan, 0); /* equal runs give equal files */
    if (chunked)
        H5Pset_chunk(plan, rank, chunk);
    hid_t set = H5Dcreate2(h5->id, name, type, space, H5P_DEFAULT, plan, H5P_DEFAULT);
    int rc = set < 0 ? h5_fail(h5, name, "cannot be made", err) : 0;
    if (set >= 0)
        H5Dclose(set);
    H5Pclose(plan);
    H5Sclose(space);
    H5Tclose(type);
    return rc;
}

int h5_make_floats(H5 *h5, const char *name, int rank, const int64_t *dim, Err *err)
{
    return make_set(h5, name, rank, dim, H5Tcopy(H5T_IEEE_F32LE), false, err);
}

int h5_make_halves(H5 *h5, const char *name, int rank, const int64_t *dim, Err *err)
{
    return make_set(h5, name, rank, dim, half_type(H5T_IEEE_F32LE), true, err);
}

/* --- rows --- */

/* Moves n rows from `first` on, from `in`, or to `out`. */
static int move_rows(hid_t set, hid_t type, int64_t first, int64_t n, const void *in, void *out)
{
    hsize_t start[H5S_MAX_RANK] = {(hsize_t)first}, count[H5S_MAX_RANK];
    hid_t space = H5Dget_space(set);
    int rank = space < 0 ? -1 : H5Sget_simple_extent_dims(space, count, NULL);
    if (rank < 1)
        return -1;
    count[0] = (hsize_t)n;
    hid_t memory = H5Screate_simple(rank, count, NULL);
    int rc = H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, count, NULL) < 0 ? -1 : 0;
    if (rc == 0)
        rc = in ? H5Dwrite(set, type, memory, space, H5P_DEFAULT, in)
                : H5Dread(set, type, memory, space, H5P_DEFAULT, out);
    H5Sclose(memory);
    H5Sclose(space);
    return rc < 0 ? -1 : 0;
}

int lib_read_rows(int64_t set, H5Number number, int64_t first, int64_t n, void *out)
{
    hid_t type = number == H5_FLOAT16   ? half_type(H5T_NATIVE_FLOAT)
                 : number == H5_FLOAT32 ? H5Tcopy(H5T_NATIVE_FLOAT)
                 : number == H5_FLOAT64 ? H5Tcopy(H5T_NATIVE_DOUBLE)
                                        : H5Tcopy(H5T_NATIVE_INT32);
    int rc = n ? move_rows(set, type, first, n, NULL, out)
             : H5Dread(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, out) < 0 ? -1
                                                                          : 0;
    H5Tclose(type);
    return rc;
}

/* Takes the type over. */
static int put_rows(H5 *h5, const char *name, hid_t type, int64_t first, int64_t n, const void *in, Err *err)
{
    hid_t set = H5Dopen2(h5->id, name, H5P_DEFAULT);
    int rc = set < 0 || move_rows(set, type, first, n, in, NULL) ? -1 : 0;
    if (set >= 0 && H5Dclose(set) < 0)
        rc = -1;
    H5Tclose(type);
    return rc ? h5_fail(h5, name, "cannot be written", err) : 0;
}

int h5_put_floats(H5 *h5, const char *name, int64_t first, int64_t n, const float *in, Err *err)
{
    return put_rows(h5, name, H5Tcopy(H5T_NATIVE_FLOAT), first, n, in, err);
}

int h5_put_halves(H5 *h5, const char *name, int64_t first, int64_t n, const uint16_t *in, Err *err)
{
    return put_rows(h5, name, half_type(H5T_NATIVE_FLOAT), first, n, in, err);
}
