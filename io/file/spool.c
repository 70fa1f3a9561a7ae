#include "io/file/spool.h"

#include "io/base/err.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct Spool {
    FILE *file;
    int64_t end;
    char dir[512]; /* where it lies, for messages */
};

/* A file that never has a name, or, on file systems that want one, only for a moment. */
static int open_nameless(const char *dir)
{
    char *path;
    int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL))
        return fd;
    if (asprintf(&path, "%s/coco-XXXXXX", dir) < 0)
        return -1;
    fd = mkostemp(path, O_CLOEXEC);
    if (fd >= 0)
        unlink(path);
    free(path);
    return fd;
}

static int fail(const Spool *spool, Err *err)
{
    return err_set(err, "temporary file in %s: %s", spool->dir, errno ? strerror(errno) : "read error");
}

Spool *spool_open(Err *err)
{
    const char *dir = getenv("TMPDIR");
    Spool *spool = calloc(1, sizeof *spool);
    if (!spool) {
        err_set(err, "out of memory");
        return NULL;
    }
    snprintf(spool->dir, sizeof spool->dir, "%s", dir && *dir ? dir : "/tmp");
    int fd = open_nameless(spool->dir);
    spool->file = fd < 0 ? NULL : fdopen(fd, "w+e");
    if (!spool->file) {
        fail(spool, err);
        if (fd >= 0)
            close(fd);
        free(spool);
        return NULL;
    }
    return spool;
}

int spool_add(Spool *spool, const void *bytes, size_t len, int64_t *place, Err *err)
{
    uint32_t n = (uint32_t)len;
    errno = 0;
    if (fwrite(&n, sizeof n, 1, spool->file) != 1 || fwrite(bytes, 1, len, spool->file) != len)
        return fail(spool, err);
    *place = spool->end;
    spool->end += (int64_t)(sizeof n + len);
    return 0;
}

int spool_rewind(Spool *spool, Err *err)
{
    errno = 0;
    return fflush(spool->file) ? fail(spool, err) : 0;
}

/* All of n bytes from an offset on. */
static int read_at(const Spool *spool, void *out, size_t n, int64_t offset)
{
    for (size_t done = 0; done < n;) {
        ssize_t got = pread(fileno(spool->file), (char *)out + done, n - done, (off_t)(offset + (int64_t)done));
        if (got <= 0 && !(got < 0 && errno == EINTR))
            return -1;
        done += got > 0 ? (size_t)got : 0;
    }
    return 0;
}

char *spool_read(const Spool *spool, int64_t place, size_t *len, Err *err)
{
    uint32_t n;
    errno = 0;
    if (read_at(spool, &n, sizeof n, place)) {
        fail(spool, err);
        return NULL;
    }
    char *bytes = malloc((size_t)n + 1);
    if (!bytes) {
        err_set(err, "out of memory");
        return NULL;
    }
    if (read_at(spool, bytes, n, place + (int64_t)sizeof n)) {
        fail(spool, err);
        free(bytes);
        return NULL;
    }
    bytes[n] = '\0';
    *len = n;
    return bytes;
}

void spool_close(Spool *spool)
{
    if (!spool)
        return;
    fclose(spool->file);
    free(spool);
}
