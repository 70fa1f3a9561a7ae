#include "io/base/err.h"
#include "io/hdf5/h5_file.h"

#include <fcntl.h>
#include <hdf5.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NUMBER = 4 }; /* bytes of a float32, or int32 */

/* Maps the bytes of an open contiguous dataset. -1, without a message, if only a copy will do. */
static int map_in_place(const H5 *h5, hid_t set, H5Kind kind, H5Matrix *m)
{
    haddr_t offset = H5Dget_offset(set);
    size_t bytes = (size_t)m->rows * (size_t)m->columns * NUMBER;
    struct stat st;
    hid_t type = H5Dget_type(set);
    int native = H5Tequal(type, kind == H5_FLOATS ? H5T_NATIVE_FLOAT : H5T_NATIVE_INT32) > 0;
    H5Tclose(type);
    if (!native || offset == HADDR_UNDEF || offset % NUMBER || bytes == 0)
        return -1;
    int fd = open(h5->path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    size_t page = (size_t)sysconf(_SC_PAGESIZE), skip = (size_t)offset % page;
    if (fstat(fd, &st) == 0 && (uint64_t)st.st_size >= offset + bytes) {
        m->base = mmap(NULL, bytes + skip, PROT_READ, MAP_PRIVATE, fd, (off_t)(offset - skip));
        m->mapped = m->base != MAP_FAILED;
    }
    close(fd);
    if (!m->mapped)
        return -1;
    m->bytes = bytes + skip;
    m->floats = (const float *)(const void *)((const char *)m->base + skip);
    return 0;
}

/* --- a copy --- */

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

/* Reads floats that should be whole numbers, some rows at a time. */
static int copy_whole(H5 *h5, hid_t set, const char *name, H5Matrix *m, Err *err)
{
    enum { BLOCK = 1 << 22 };
    int64_t n = BLOCK / (m->columns ? m->columns : 1) + 1;
    n = n < m->rows ? n : m->rows;
    double *block = malloc((size_t)n * (size_t)m->columns * sizeof *block + 1);
    int rc = block ? 0 : err_set(err, "%s: %s: out of memory", h5->path, name);
    for (int64_t row = 0; row < m->rows && rc == 0; row += n) {
        n = n < m->rows - row ? n : m->rows - row;
        int64_t numbers = n * m->columns;
        if (read_rows(set, row, n, block)) {
            rc = h5_fail(h5, name, "cannot be read", err);
            break;
        }
        int64_t bad = to_whole(block, numbers, (int32_t *)m->base + row * m->columns);
        if (bad < numbers)
            rc = err_set(err, "%s: %s: row %lld: %g is not a whole number: integers are expected", h5->path, name,
                         (long long)(row + bad / m->columns), block[bad]);
    }
    free(block);
    return rc;
}

static int copy_matrix(H5 *h5, hid_t set, const char *name, H5Kind kind, H5Kind stored, H5Matrix *m, Err *err)
{
    if (__builtin_mul_overflow((size_t)m->rows, (size_t)m->columns, &m->bytes) ||
        __builtin_mul_overflow(m->bytes, NUMBER, &m->bytes) || !(m->base = malloc(m->bytes ? m->bytes : 1)))
        return err_set(err, "%s: %s: no memory for %lld x %lld numbers", h5->path, name, (long long)m->rows,
                       (long long)m->columns);
    m->floats = m->base;
    if (kind == H5_INTEGERS && stored == H5_FLOATS)
        return copy_whole(h5, set, name, m, err);
    hid_t type = kind == H5_FLOATS ? H5T_NATIVE_FLOAT : H5T_NATIVE_INT32;
    return H5Dread(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, m->base) < 0 ? h5_fail(h5, name, "cannot be read", err)
                                                                          : 0;
}

/* --- either --- */

/* Opens a dataset of numbers that has this shape when it is squeezed. */
static hid_t open_numbers(H5 *h5, const char *name, H5Kind kind, int rank, const int64_t *dim, H5Kind *stored,
                          Err *err)
{
    H5Info info;
    hid_t set = h5_open_set(h5, name, err);
    if (set < 0)
        return -1;
    int rc = h5_describe(h5, name, set, &info, err);
    *stored = info.kind;
    if (rc == 0 && info.kind != H5_INTEGERS && info.kind != H5_FLOATS)
        rc = err_set(err, "%s: %s: holds %s, not %s", h5->path, name, info.type, h5_kind_name(kind));
    if (rc == 0)
        h5_squeeze(&info, rank);
    if (rc == 0)
        rc = h5_check_shape(h5, name, &info, rank, dim, err);
    if (rc == 0)
        rc = h5_check_written(h5, name, set, err);
    if (rc == 0)
        return set;
    H5Dclose(set);
    return -1;
}

int h5_map(H5 *h5, const char *name, H5Kind kind, int rank, const int64_t *dim, H5Matrix *m, Err *err)
{
    H5Kind stored;
    memset(m, 0, sizeof *m);
    hid_t set = open_numbers(h5, name, kind, rank, dim, &stored, err);
    if (set < 0)
        return -1;
    m->rows = dim[0], m->columns = rank == 2 ? dim[1] : 1;
    int rc = map_in_place(h5, set, kind, m) ? copy_matrix(h5, set, name, kind, stored, m, err) : 0;
    H5Dclose(set);
    if (rc)
        h5_unmap(m);
    return rc;
}

void h5_unmap(H5Matrix *m)
{
    if (m->mapped)
        munmap(m->base, m->bytes);
    else
        free(m->base);
    memset(m, 0, sizeof *m);
}
