#include "io/base/half.h"
#include "io/hdf5/h5_file.h"

#include <hdf5.h>
#include <stdint.h>
#include <stdlib.h>

/* binary16: in the file little-endian, as NumPy's '<f2'; in memory as the machine has it. */
static hid_t half_type(hid_t base)
{
    hid_t type = H5Tcopy(base);
    H5Tset_fields(type, 15, 10, 5, 0, 10);
    H5Tset_size(type, 2);
    H5Tset_ebias(type, 15);
    return type;
}

int64_t h5_half_type(void)
{
    return half_type(H5T_IEEE_F32LE);
}

int h5_make_halves(H5 *h5, const char *name, int rank, const int64_t *dim, Err *err)
{
    hsize_t dims[H5_MAX_RANK], chunk[H5_MAX_RANK];
    for (int i = 0; i < rank; i++)
        chunk[i] = dims[i] = (hsize_t)dim[i];
    chunk[0] = 1;
    hid_t type = half_type(H5T_IEEE_F32LE), space = H5Screate_simple(rank, dims, NULL),
          plan = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_obj_track_times(plan, 0); /* equal runs give equal files */
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

int h5_put_halves(H5 *h5, const char *name, int64_t row, const float *in, Err *err)
{
    hsize_t dims[H5_MAX_RANK], start[H5_MAX_RANK] = {(hsize_t)row};
    hid_t set = H5Dopen2(h5->id, name, H5P_DEFAULT), space = set < 0 ? -1 : H5Dget_space(set), memory = -1;
    int rank = space < 0 ? -1 : H5Sget_simple_extent_dims(space, dims, NULL), rc = -1;
    hid_t type = half_type(H5T_NATIVE_FLOAT);
    uint16_t *halves = NULL;
    size_t n = 1;
    for (int i = 1; i < rank; i++)
        n *= (size_t)dims[i];
    if (rank > 0 && (halves = malloc(n * sizeof *halves))) {
        for (size_t i = 0; i < n; i++)
            halves[i] = half_of(in[i]); /* HDF5's own conversion loses a carry: 3.9995 becomes 2 */
        dims[0] = 1;
        memory = H5Screate_simple(rank, dims, NULL);
        if (H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, dims, NULL) >= 0 &&
            H5Dwrite(set, type, memory, space, H5P_DEFAULT, halves) >= 0)
            rc = 0;
    }
    if (rc)
        h5_fail(h5, name, "cannot be written", err);
    free(halves);
    H5Tclose(type);
    if (memory >= 0)
        H5Sclose(memory);
    if (space >= 0)
        H5Sclose(space);
    if (set >= 0)
        H5Dclose(set);
    return rc;
}

int h5_keep_rows(H5 *h5, const char *name, int64_t n, Err *err)
{
    hsize_t dims[H5_MAX_RANK];
    hid_t set = H5Dopen2(h5->id, name, H5P_DEFAULT), space = set < 0 ? -1 : H5Dget_space(set);
    int rc = space < 0 || H5Sget_simple_extent_dims(space, dims, NULL) < 1 ? -1 : 0;
    dims[0] = rc ? 0 : (hsize_t)n;
    if (rc || H5Dset_extent(set, dims) < 0)
        rc = h5_fail(h5, name, "cannot be made smaller", err);
    if (space >= 0)
        H5Sclose(space);
    if (set >= 0)
        H5Dclose(set);
    return rc;
}
