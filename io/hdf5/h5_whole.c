/* Floats that stand for integers, as other programs store captions. Runs in the process that h5_cage.c starts. */
#include "io/base/err.h"
#include "io/hdf5/h5_lib.h"

#include <hdf5.h>
#include <math.h>
#include <stdlib.h>

/* Converts floats to the integers they are; those outside int32 are clamped. Returns the place of the first that is not
 * a whole number, or n. */
static int64_t to_whole(const double *in, int64_t n, int32_t *out)
{
    for (int64_t i = 0; i < n; i++) {
        if (isinf(in[i]) || in[i] != floor(in[i])) /* NaN equals nothing */
            return i;
        out[i] = in[i] <= INT32_MIN ? INT32_MIN : in[i] >= INT32_MAX ? INT32_MAX : (int32_t)in[i];
    }
    return n;
}

/* Reads n rows from `first` on as doubles. */
static int read_rows(hid_t set, int64_t first, int64_t n, double *out)
{
    hsize_t start[H5S_MAX_RANK] = {(hsize_t)first}, count[H5S_MAX_RANK];
    hid_t space = H5Dget_space(set);
    int rank = H5Sget_simple_extent_dims(space, count, NULL);
    count[0] = (hsize_t)n;
    hid_t memory = H5Screate_simple(rank, count, NULL);
    int rc = H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, count, NULL) < 0 ||
                     H5Dread(set, H5T_NATIVE_DOUBLE, memory, space, H5P_DEFAULT, out) < 0
                 ? -1
                 : 0;
    H5Sclose(memory);
    H5Sclose(space);
    return rc;
}

int lib_read_whole(H5 *h5, const char *name, int64_t set, int64_t rows, int64_t columns, int32_t *out, Err *err)
{
    enum { BLOCK = 1 << 22 }; /* numbers at a time */
    int64_t n = BLOCK / (columns ? columns : 1) + 1;
    n = n < rows ? n : rows;
    double *block = malloc((size_t)n * (size_t)columns * sizeof *block + 1);
    int rc = block ? 0 : err_set(err, "%s: %s: out of memory", h5->path, name);
    for (int64_t row = 0; row < rows && rc == 0; row += n) {
        n = n < rows - row ? n : rows - row;
        if (read_rows(set, row, n, block)) {
            rc = h5_fail(h5, name, "cannot be read", err);
            break;
        }
        int64_t bad = to_whole(block, n * columns, out + row * columns);
        if (bad < n * columns)
            rc = err_set(err, "%s: %s: row %lld: %g is not a whole number: integers are expected", h5->path, name,
                         (long long)(row + bad / columns), block[bad]);
    }
    free(block);
    return rc;
}
