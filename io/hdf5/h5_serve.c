/* The reading process: one request after another, each within limits of its own. */
#include "io/base/apart.h"
#include "io/hdf5/h5_cage.h"
#include "io/hdf5/h5_lib.h"

#include <errno.h>
#include <fcntl.h>
#include <hdf5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

/* Text that grows. */
typedef struct {
    char *at;
    size_t n, room;
    size_t most;
    int failed;
} Text;

static void append(Text *t, const char *bytes, size_t n)
{
    if (t->failed || n > t->most - t->n) {
        t->failed = 1;
        return;
    }
    if (t->n + n > t->room) {
        size_t room = 2 * (t->n + n) + 256;
        char *grown = realloc(t->at, room);
        if (!grown) {
            t->failed = 1;
            return;
        }
        t->at = grown, t->room = room;
    }
    memcpy(t->at + t->n, bytes, n);
    t->n += n;
}

/* --- limits --- */

static int64_t starting_memory;

/* Time and memory for one request: those of a slow machine. */
static void limit_request(const H5 *h5, int64_t bytes)
{
    enum { SECONDS = 3, BYTES_PER_SECOND = 20000000, BASE = 256 << 20 };
    int64_t work = h5->length + bytes;
    apart_limit(SECONDS + work / BYTES_PER_SECOND, starting_memory ? starting_memory + BASE + 4 * work : 0);
}

/* Links to other files are refused where they are met; this is for what HDF5 would open besides. Filters that are
 * plug-ins are libraries that it must open. */
static void forbid_files(void)
{
    struct rlimit none = {0, 0};
    if (!h5_external_allowed() && !getenv("HDF5_PLUGIN_PATH"))
        setrlimit(RLIMIT_NOFILE, &none);
}

/* --- requests --- */

static int add_member(void *ctx, const char *name, int is_dataset)
{
    append(ctx, is_dataset ? "d" : "-", 1);
    append(ctx, name, strlen(name) + 1);
    return 0;
}

static ArrayWish wish_of(const H5Request *q)
{
    return (ArrayWish){q->name, q->kind, q->strict, q->rank, q->dim};
}

static int read_numbers(H5 *h5, const H5Request *q, Err *err)
{
    const ArrayWish wish = wish_of(q);
    size_t bytes = (size_t)q->bytes;
    if (bytes == 0)
        return lib_expect(h5, &wish, err);
    int failed = posix_fallocate(h5->memory, q->at, q->bytes);
    void *at = failed ? MAP_FAILED : mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, h5->memory, q->at);
    if (failed == EFBIG)
        return err_set(err, "%s: %s: %zu bytes of numbers are above the limit (ulimit -f): %s", h5->path, q->name,
                       bytes, strerror(failed));
    if (at == MAP_FAILED)
        return err_set(err, "%s: %s: no memory for %zu bytes of numbers", h5->path, q->name, bytes);
    int rc = lib_read(h5, &wish, q->number, q->first, q->rows, at, err);
    munmap(at, bytes);
    return rc;
}

static int read_strings(H5 *h5, const H5Request *q, int64_t *n, Text *text, Err *err)
{
    char **strings;
    if (lib_read_strings(h5, q->name, &strings, n, err))
        return -1;
    for (int64_t i = 0; i < *n; i++)
        append(text, strings[i], strlen(strings[i]) + 1);
    h5_free_strings(strings, *n);
    return 0;
}

static int read_attr_text(H5 *h5, const H5Request *q, Text *text, Err *err)
{
    char *value;
    int rc = lib_attr_text(h5, q->object, q->name, &value, err);
    if (rc > 0)
        append(text, value, strlen(value) + 1);
    free(value);
    return rc;
}

static int say_link(H5 *h5, const H5Request *q, Text *text, Err *err)
{
    char phrase[4 * H5_NAME_LEN];
    int rc = lib_broken_link(h5, q->name, phrase, sizeof phrase, err);
    if (rc > 0)
        append(text, phrase, strlen(phrase) + 1);
    return rc;
}

static int say_rows(H5 *h5, const ArrayWish *wish, int64_t *width, Text *text, Err *err)
{
    int64_t *offset = calloc((size_t)wish->dim[0] + 1, sizeof *offset);
    int rc = offset ? lib_row_offsets(h5, wish, width, offset, err) : err_set(err, "%s: out of memory", h5->path);
    if (rc == 0)
        append(text, (const char *)offset, (size_t)wish->dim[0] * sizeof *offset);
    free(offset);
    return rc;
}

static int open_file(H5 *h5, Err *err)
{
    h5->id = H5Fopen(h5->path, H5F_ACC_RDONLY, H5P_DEFAULT);
    int rc = h5->id < 0 ? h5_open_fail(h5, err) : 0;
    forbid_files();
    return rc;
}

static int answer(H5 *h5, const H5Request *q, H5Reply *r, Text *text)
{
    const ArrayWish wish = wish_of(q);
    Err *err = &r->err;
    switch (q->ask) {
    case ASK_HAS:
        return lib_has(h5, q->name, err);
    case ASK_INFO:
        return lib_info(h5, q->name, &r->info, err);
    case ASK_EACH:
        return lib_each(h5, q->name, add_member, text, err);
    case ASK_LINK:
        return say_link(h5, q, text, err);
    case ASK_EXPECT:
        return lib_expect(h5, &wish, err);
    case ASK_OFFSET:
        return lib_offset(h5, &wish, &r->integer, err);
    case ASK_ROWS:
        return say_rows(h5, &wish, &r->integer, text, err);
    case ASK_READ:
        return read_numbers(h5, q, err);
    case ASK_STRINGS:
        return read_strings(h5, q, &r->integer, text, err);
    case ASK_ATTR_TEXT:
        return read_attr_text(h5, q, text, err);
    case ASK_ATTR_INT:
        return lib_attr_int(h5, q->object, q->name, &r->integer, err);
    case ASK_ATTR_REAL:
        return lib_attr_reals(h5, q->object, q->name, 1, r->real, err);
    case ASK_ATTR_REALS:
        return lib_attr_reals(h5, q->object, q->name, (int)q->dim[0], r->real, err);
    case ASK_OPEN:
        return open_file(h5, err);
    }
    return -1;
}

void h5_serve(H5 *h5, int socket)
{
    H5Request q;
    starting_memory = apart_memory();
    h5_quiet();
    while (cage_receive(socket, &q, sizeof q) == 0) {
        Text text = {.most = (size_t)cage_most_bytes(h5)};
        H5Reply reply = {.rc = 0};
        limit_request(h5, q.bytes);
        reply.rc = answer(h5, &q, &reply, &text);
        if (text.failed && reply.rc >= 0)
            reply.rc = err_set(&reply.err, "%s: %s: its text is larger than a file of %lld bytes can hold",
                               h5->path, q.name, (long long)h5->length);
        reply.text_bytes = reply.rc < 0 ? 0 : (int64_t)text.n;
        if (cage_send(socket, &reply, sizeof reply) || cage_send(socket, text.at, (size_t)reply.text_bytes))
            break;
        free(text.at);
    }
    _exit(0);
}
