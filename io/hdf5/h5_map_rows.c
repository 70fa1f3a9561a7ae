/* Large arrays by rows: mapped where they lie. */
#include "io/base/half.h"
#include "io/hdf5/h5_cage.h"
#include "io/hdf5/h5_mapped.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* The answer comes from a process that a damaged file may have misled. */
static int check_offsets(const H5 *h5, const char *name, const H5Rows *m, Err *err)
{
    int64_t bytes = (int64_t)m->numbers * m->width;
    for (int64_t i = 0; i < m->rows; i++)
        if (m->offset[i] < 0 || m->offset[i] > h5->length - bytes)
            return err_set(err, "%s: %s: row %lld lies outside the file of %lld bytes", h5->path, name,
                           (long long)i, (long long)h5->length);
    return 0;
}

static int ask_offsets(H5 *h5, const char *name, int rank, const int64_t *dim, H5Rows *m, Err *err)
{
    H5Request q = {.ask = ASK_ROWS, .kind = H5_FLOATS, .strict = true, .rank = rank};
    H5Reply reply;
    char *text = NULL;
    memcpy(q.dim, dim, (size_t)rank * sizeof *dim);
    if (strlen(name) >= sizeof q.name)
        return err_set(err, "%s: the name '%.32s...' is too long", h5->path, name);
    memcpy(q.name, name, strlen(name) + 1);
    if (cage_ask(h5, &q, &reply, &text, err)) {
        free(text);
        return -1;
    }
    m->width = (int)reply.integer;
    if (!text || (m->width != 2 && m->width != 4) || reply.text_bytes != m->rows * (int64_t)sizeof *m->offset) {
        free(text);
        return err_set(err, "%s: %s: damaged", h5->path, name);
    }
    m->offset = (int64_t *)(void *)text;
    return check_offsets(h5, name, m, err);
}

int h5_map_rows(H5 *h5, const char *name, int rank, const int64_t *dim, H5Rows *m, Err *err)
{
    size_t numbers = 1;
    bool too_large = false;
    *m = (H5Rows){.rows = dim[0]};
    for (int i = 1; i < rank; i++)
        too_large |= dim[i] < 1 || __builtin_mul_overflow(numbers, (size_t)dim[i], &numbers);
    if (too_large || dim[0] < 1 || numbers > (size_t)h5->length || dim[0] > h5->length / (int64_t)numbers)
        return err_set(err, "%s: %s: claims more numbers than a file of %lld bytes can hold", h5->path, name,
                       (long long)h5->length);
    m->numbers = numbers;
    int rc = ask_offsets(h5, name, rank, dim, m, err);
    if (rc == 0) {
        void *base = mmap(NULL, (size_t)h5->length, PROT_READ, MAP_PRIVATE, h5->file, 0);
        if (base == MAP_FAILED) {
            rc = err_set(err, "%s: cannot be mapped", h5->path);
        } else {
            m->base = base;
            m->bytes = (size_t)h5->length;
            mapped_remember(base, m->bytes, h5->path);
        }
    }
    if (rc)
        h5_unmap_rows(m);
    return rc;
}

void h5_unmap_rows(H5Rows *m)
{
    if (m->base) {
        mapped_forget(m->base);
        munmap(m->base, m->bytes);
    }
    free(m->offset);
    memset(m, 0, sizeof *m);
}

bool h5_row(const H5Rows *m, int64_t row, float *out)
{
    const char *from = (const char *)m->base + m->offset[row];
    if (m->width == 2)
        return half_floats(m->numbers, from, out);
    memcpy(out, from, m->numbers * sizeof *out);
    float sum = 0;
    for (size_t i = 0; i < m->numbers; i++)
        sum += 0 * out[i]; /* NaN if one is not finite */
    return sum == 0;
}
