#include "io/base/err.h"
#include "io/hdf5/h5_file.h"

#include <fcntl.h>
#include <hdf5.h>
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

static int copy_matrix(H5 *h5, const char *name, H5Kind kind, int rank, const int64_t *dim, H5Matrix *m, Err *err)
{
    if (__builtin_mul_overflow((size_t)m->rows, (size_t)m->columns, &m->bytes) ||
        __builtin_mul_overflow(m->bytes, NUMBER, &m->bytes) || !(m->base = malloc(m->bytes ? m->bytes : 1)))
        return err_set(err, "%s: %s: no memory for %lld x %lld numbers", h5->path, name, (long long)m->rows,
                       (long long)m->columns);
    m->floats = m->base;
    return kind == H5_FLOATS ? h5_read_floats(h5, name, rank, dim, m->base, err)
                             : h5_read_ints(h5, name, rank, dim, m->base, err);
}

int h5_map(H5 *h5, const char *name, H5Kind kind, int rank, const int64_t *dim, H5Matrix *m, Err *err)
{
    memset(m, 0, sizeof *m);
    hid_t set = h5_open_checked(h5, name, kind, rank, dim, err);
    if (set < 0)
        return -1;
    m->rows = dim[0], m->columns = 1;
    for (int i = 1; i < rank; i++)
        if (__builtin_mul_overflow(m->columns, dim[i], &m->columns)) {
            H5Dclose(set);
            return err_set(err, "%s: %s: too many numbers", h5->path, name);
        }
    int rc = map_in_place(h5, set, kind, m) ? copy_matrix(h5, name, kind, rank, dim, m, err) : 0;
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
