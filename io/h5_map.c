#include "io/err.h"
#include "io/h5_file.h"

#include <fcntl.h>
#include <hdf5.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Maps the bytes of an open contiguous dataset. -1 without a line: take the copy instead. */
static int map_in_place(const H5 *h5, hid_t set, H5Matrix *m)
{
    haddr_t offset = H5Dget_offset(set);
    size_t bytes = (size_t)m->rows * (size_t)m->columns * sizeof(float);
    struct stat st;
    hid_t type = H5Dget_type(set);
    int native = H5Tequal(type, H5T_NATIVE_FLOAT) > 0;
    H5Tclose(type);
    if (!native || offset == HADDR_UNDEF || offset % sizeof(float) || bytes == 0)
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
    m->at = (const float *)(const void *)((const char *)m->base + skip);
    return 0;
}

static int copy_matrix(H5 *h5, const char *name, H5Matrix *m, char *err, size_t errlen)
{
    int64_t dim[2] = {m->rows, m->columns};
    if (__builtin_mul_overflow((size_t)m->rows, (size_t)m->columns, &m->bytes) ||
        __builtin_mul_overflow(m->bytes, sizeof(float), &m->bytes) || !(m->base = malloc(m->bytes ? m->bytes : 1)))
        return err_set(err, errlen, "%s: %s: no memory for %lld x %lld numbers", h5->path, name,
                       (long long)m->rows, (long long)m->columns);
    m->at = m->base;
    return h5_read_floats(h5, name, 2, dim, m->base, err, errlen);
}

int h5_map(H5 *h5, const char *name, H5Matrix *m, char *err, size_t errlen)
{
    H5Info info;
    memset(m, 0, sizeof *m);
    hid_t set = h5_open_set(h5, name, err, errlen);
    if (set < 0)
        return -1;
    int rc = h5_describe(h5, name, set, &info, err, errlen);
    if (rc == 0 && info.kind != H5_FLOATS)
        rc = err_set(err, errlen, "%s: %s: holds %s, not floats", h5->path, name, info.type);
    if (rc == 0 && info.rank != 2)
        rc = err_set(err, errlen, "%s: %s: has %d dimensions, expected (images, features)", h5->path, name, info.rank);
    if (rc == 0) {
        m->rows = info.dim[0], m->columns = info.dim[1];
        if (map_in_place(h5, set, m))
            rc = copy_matrix(h5, name, m, err, errlen);
    }
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
