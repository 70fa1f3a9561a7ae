/* The reading functions of h5.h, as requests to the process that runs the HDF5 library. */
#include "io/hdf5/h5_cage.h"
#include "io/hdf5/h5_mapped.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static bool external_allowed;

void h5_allow_external(bool allow)
{
    external_allowed = allow;
}

bool h5_external_allowed(void)
{
    return external_allowed;
}

H5 *h5_open(const char *path, Err *err)
{
    H5 *h5 = h5_new(path, false, err);
    if (h5 && cage_begin(h5, err)) {
        cage_end(h5);
        return NULL;
    }
    return h5;
}

/* --- requests --- */

static int set_name(const H5 *h5, char to[H5_NAME_LEN], const char *name, Err *err)
{
    size_t n = strlen(name);
    if (n >= H5_NAME_LEN)
        return err_set(err, "%s: the name '%.32s...' is too long", h5->path, name);
    memcpy(to, name, n + 1);
    return 0;
}

static int ask(H5 *h5, H5Ask what, const char *name, H5Reply *reply, char **text, Err *err)
{
    H5Request q = {.ask = what};
    return set_name(h5, q.name, name, err) ? -1 : cage_ask(h5, &q, reply, text, err);
}

/* Of a dataset that must be of this kind and shape. */
static int ask_shaped(H5 *h5, H5Request *q, const char *name, int rank, const int64_t *dim, H5Reply *reply,
                      Err *err)
{
    q->rank = rank;
    memcpy(q->dim, dim, (size_t)rank * sizeof *dim);
    return set_name(h5, q->name, name, err) ? -1 : cage_ask(h5, q, reply, NULL, err);
}

/* --- looking around --- */

int h5_has(H5 *h5, const char *name, Err *err)
{
    H5Reply reply;
    return ask(h5, ASK_HAS, name, &reply, NULL, err);
}

int h5_info(H5 *h5, const char *name, H5Info *info, Err *err)
{
    H5Reply reply;
    if (ask(h5, ASK_INFO, name, &reply, NULL, err))
        return -1;
    *info = reply.info;
    if (info->rank < 0 || info->rank > H5_MAX_RANK)
        return err_set(err, "%s: %s: damaged (%d dimensions)", h5->path, name, info->rank);
    return 0;
}

int h5_each(H5 *h5, const char *group, int (*fn)(void *ctx, const char *name, int is_dataset), void *ctx, Err *err)
{
    H5Reply reply;
    char *text;
    int rc = ask(h5, ASK_EACH, group, &reply, &text, err);
    for (const char *p = text, *end = text + reply.text_bytes; rc == 0 && text && p < end; p += strlen(p) + 1)
        rc = fn(ctx, p + 1, *p == 'd');
    free(text);
    return rc;
}

int h5_broken_link(H5 *h5, const char *name, char *phrase, size_t room, Err *err)
{
    H5Reply reply;
    char *text;
    int rc = ask(h5, ASK_LINK, name, &reply, &text, err);
    snprintf(phrase, room, "%s", text ? text : "");
    free(text);
    return rc;
}

void h5_squeeze(H5Info *info, int rank)
{
    for (int i = info->rank - 1; i > 0 && info->rank > rank; i--)
        if (info->dim[i] == 1) {
            info->rank--;
            memmove(info->dim + i, info->dim + i + 1, (size_t)(info->rank - i) * sizeof *info->dim);
        }
}

/* --- numbers --- */

/* The bytes of an array. -1: more than the file can hold, even packed. */
static int array_bytes(const H5 *h5, const char *name, size_t width, int rank, const int64_t *dim, size_t *bytes,
                       Err *err)
{
    bool too_large = false;
    *bytes = width;
    for (int i = 0; i < rank; i++)
        too_large |= dim[i] < 0 || __builtin_mul_overflow(*bytes, (size_t)dim[i], bytes);
    if (too_large || *bytes > (size_t)cage_most_bytes(h5))
        return err_set(err, "%s: %s: claims more numbers than a file of %lld bytes can hold", h5->path, name,
                       (long long)h5->length);
    return 0;
}

/* What the request reads: `rows` rows, of the whole array if it says none. */
typedef struct {
    H5Number number;
    bool strict;
    int64_t first, rows;
} Reading;

/* Has an array read into the shared memory, at h5->taken, and maps it there. NULL, with bytes 0, if it is empty. */
static int read_shared(H5 *h5, const char *name, Reading what, int rank, const int64_t *dim, void **at,
                       size_t *bytes, Err *err)
{
    static const size_t width[] = {[H5_FLOAT16] = 2, [H5_FLOAT32] = 4, [H5_FLOAT64] = 8, [H5_INT32] = 4};
    H5Request q = {.ask = ASK_READ,
                   .number = what.number,
                   .kind = what.number == H5_INT32 ? H5_INTEGERS : H5_FLOATS,
                   .strict = what.strict,
                   .first = what.first,
                   .rows = what.rows,
                   .at = h5->taken};
    H5Reply reply;
    *at = NULL;
    if (array_bytes(h5, name, width[what.number], rank, dim, bytes, err))
        return -1;
    if (what.rows)
        *bytes = *bytes / (size_t)dim[0] * (size_t)what.rows;
    q.bytes = (int64_t)*bytes;
    if (ask_shaped(h5, &q, name, rank, dim, &reply, err))
        return -1;
    if (*bytes == 0)
        return 0;
    *at = mmap(NULL, *bytes, PROT_READ, MAP_SHARED, h5->memory, h5->taken);
    return *at == MAP_FAILED ? err_set(err, "%s: %s: no memory for %zu bytes of numbers", h5->path, name, *bytes)
                             : 0;
}

static int read_numbers(H5 *h5, const char *name, Reading what, int rank, const int64_t *dim, void *out, Err *err)
{
    void *at;
    size_t bytes;
    if (read_shared(h5, name, what, rank, dim, &at, &bytes, err))
        return -1;
    if (bytes) {
        memcpy(out, at, bytes);
        munmap(at, bytes);
    }
    return 0;
}

int h5_expect_floats(H5 *h5, const char *name, int rank, const int64_t *dim, Err *err)
{
    H5Request q = {.ask = ASK_EXPECT, .kind = H5_FLOATS, .strict = true};
    H5Reply reply;
    return ask_shaped(h5, &q, name, rank, dim, &reply, err);
}

int h5_read_floats(H5 *h5, const char *name, int rank, const int64_t *dim, float *out, Err *err)
{
    return read_numbers(h5, name, (Reading){.number = H5_FLOAT32, .strict = true}, rank, dim, out, err);
}

int h5_read_doubles(H5 *h5, const char *name, int rank, const int64_t *dim, double *out, Err *err)
{
    return read_numbers(h5, name, (Reading){.number = H5_FLOAT64, .strict = true}, rank, dim, out, err);
}

int h5_read_ints(H5 *h5, const char *name, int rank, const int64_t *dim, int32_t *out, Err *err)
{
    return read_numbers(h5, name, (Reading){.number = H5_INT32, .strict = true}, rank, dim, out, err);
}

int h5_read_halves(H5 *h5, const char *name, int rank, const int64_t *dim, int64_t first, int64_t n, uint16_t *out,
                   Err *err)
{
    const Reading what = {.number = H5_FLOAT16, .strict = true, .first = first, .rows = n};
    return n ? read_numbers(h5, name, what, rank, dim, out, err) : h5_expect_floats(h5, name, rank, dim, err);
}

/* Maps the dataset's bytes in the file itself. 1: only a copy will do. */
static int map_in_place(H5 *h5, int64_t offset, H5Matrix *m)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE), skip = (size_t)offset % page;
    if (offset < 0 || offset % 4 || m->bytes == 0 || offset > h5->length ||
        m->bytes > (size_t)(h5->length - offset))
        return 1;
    void *base = mmap(NULL, m->bytes + skip, PROT_READ, MAP_PRIVATE, h5->file, offset - (int64_t)skip);
    if (base == MAP_FAILED)
        return 1;
    m->base = base;
    m->bytes += skip;
    m->floats = (const float *)(const void *)((const char *)base + skip);
    mapped_remember(base, m->bytes, h5->path);
    return 0;
}

/* The memory of a copy is never handed out again. */
static int map_copy(H5 *h5, const char *name, H5Kind kind, int rank, const int64_t *dim, H5Matrix *m, Err *err)
{
    int64_t page = sysconf(_SC_PAGESIZE);
    const Reading what = {.number = kind == H5_FLOATS ? H5_FLOAT32 : H5_INT32};
    if (read_shared(h5, name, what, rank, dim, &m->base, &m->bytes, err))
        return -1;
    m->floats = m->base;
    h5->taken += ((int64_t)m->bytes + page - 1) / page * page;
    return 0;
}

int h5_map(H5 *h5, const char *name, H5Kind kind, int rank, const int64_t *dim, H5Matrix *m, Err *err)
{
    H5Request q = {.ask = ASK_OFFSET, .kind = kind};
    H5Reply reply;
    memset(m, 0, sizeof *m);
    m->rows = dim[0], m->columns = rank == 2 ? dim[1] : 1;
    if (ask_shaped(h5, &q, name, rank, dim, &reply, err) || array_bytes(h5, name, 4, rank, dim, &m->bytes, err))
        return -1;
    int rc = map_in_place(h5, reply.integer, m) ? map_copy(h5, name, kind, rank, dim, m, err) : 0;
    if (rc)
        memset(m, 0, sizeof *m);
    return rc;
}

void h5_unmap(H5Matrix *m)
{
    if (m->base) {
        mapped_forget(m->base);
        munmap(m->base, m->bytes);
    }
    memset(m, 0, sizeof *m);
}

/* --- strings and attributes --- */

/* Cuts text into n strings, each of which ends with NUL. */
static char **cut_strings(const char *text, int64_t bytes, int64_t n)
{
    char **strings = calloc((size_t)n + 1, sizeof *strings);
    const char *p = text, *end = text + bytes;
    for (int64_t i = 0; strings && i < n; i++) {
        strings[i] = p < end ? strdup(p) : NULL;
        if (!strings[i]) {
            h5_free_strings(strings, i);
            return NULL;
        }
        p += strlen(p) + 1;
    }
    return strings;
}

int h5_read_strings(H5 *h5, const char *name, char ***out, int64_t *n, Err *err)
{
    H5Reply reply;
    char *text;
    *out = NULL, *n = 0;
    if (ask(h5, ASK_STRINGS, name, &reply, &text, err))
        return -1;
    if (reply.integer >= 0 && reply.integer <= reply.text_bytes)
        *out = cut_strings(text, reply.text_bytes, reply.integer);
    free(text);
    if (!*out)
        return err_set(err, "%s: %s: no memory for its strings", h5->path, name);
    *n = reply.integer;
    return 0;
}

void h5_free_strings(char **strings, int64_t n)
{
    for (int64_t i = 0; strings && i < n; i++)
        free(strings[i]);
    free(strings);
}

static int ask_attr(H5 *h5, H5Ask what, const char *object, const char *name, H5Reply *reply, char **text, Err *err)
{
    H5Request q = {.ask = what};
    if (set_name(h5, q.object, object, err) || set_name(h5, q.name, name, err))
        return -1;
    return cage_ask(h5, &q, reply, text, err);
}

int h5_attr_text(H5 *h5, const char *object, const char *name, char **out, Err *err)
{
    H5Reply reply;
    int rc = ask_attr(h5, ASK_ATTR_TEXT, object, name, &reply, out, err);
    return rc > 0 && !*out ? err_set(err, "%s: attribute '%s' is damaged", h5->path, name) : rc;
}

int h5_attr_int(H5 *h5, const char *object, const char *name, int64_t *out, Err *err)
{
    H5Reply reply;
    int rc = ask_attr(h5, ASK_ATTR_INT, object, name, &reply, NULL, err);
    if (rc > 0)
        *out = reply.integer;
    return rc;
}

int h5_attr_real(H5 *h5, const char *object, const char *name, double *out, Err *err)
{
    H5Reply reply;
    int rc = ask_attr(h5, ASK_ATTR_REAL, object, name, &reply, NULL, err);
    if (rc > 0)
        *out = reply.real[0];
    return rc;
}

int h5_attr_reals(H5 *h5, const char *object, const char *name, int n, double *out, Err *err)
{
    H5Request q = {.ask = ASK_ATTR_REALS, .rank = 1, .dim = {n}};
    H5Reply reply;
    if (set_name(h5, q.object, object, err) || set_name(h5, q.name, name, err))
        return -1;
    int rc = cage_ask(h5, &q, &reply, NULL, err);
    if (rc > 0)
        memcpy(out, reply.real, (size_t)n * sizeof *out);
    return rc;
}
