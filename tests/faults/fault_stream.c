/* fault.h, the C library's streams over reads and writes that may fail. */
#include "tests/faults/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Which descriptor a stream has: fileno knows nothing of cookies. */
enum { STREAMS = 256 };
static struct Open {
    FILE *stream; /* NULL: free */
    int fd;
    bool used;
} streams[STREAMS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static ssize_t cookie_read(void *cookie, char *bytes, size_t n)
{
    return fault_read(((struct Open *)cookie)->fd, bytes, n);
}

/* As the C library's own streams do, goes on after a short write. Cookies give 0, not -1, for an error. */
static ssize_t cookie_write(void *cookie, const char *bytes, size_t n)
{
    for (size_t done = 0; done < n;) {
        ssize_t wrote = fault_write(((struct Open *)cookie)->fd, bytes + done, n - done);
        if (wrote < 0)
            return (ssize_t)done;
        done += (size_t)wrote;
    }
    return (ssize_t)n;
}

static int cookie_seek(void *cookie, off64_t *offset, int whence)
{
    off64_t at = syscall(SYS_lseek, ((struct Open *)cookie)->fd, *offset, whence);
    if (at < 0)
        return -1;
    *offset = at;
    return 0;
}

static int cookie_close(void *cookie)
{
    struct Open *o = cookie;
    int rc = (int)syscall(SYS_close, o->fd), why = errno;
    pthread_mutex_lock(&lock);
    o->stream = NULL;
    o->used = false;
    pthread_mutex_unlock(&lock);
    errno = why;
    return rc;
}

static struct Open *free_place(int fd)
{
    struct Open *o = NULL;
    pthread_mutex_lock(&lock);
    for (int i = 0; i < STREAMS && !o; i++)
        if (!streams[i].used)
            o = &streams[i];
    if (o)
        *o = (struct Open){.fd = fd, .used = true};
    pthread_mutex_unlock(&lock);
    return o;
}

static FILE *stream_over(int fd, const char *mode)
{
    const cookie_io_functions_t io = {cookie_read, cookie_write, cookie_seek, cookie_close};
    struct Open *o = free_place(fd);
    if (!o) {
        errno = EMFILE;
        return NULL;
    }
    FILE *stream = fopencookie(o, mode, io);
    if (stream)
        o->stream = stream;
    else
        o->used = false;
    return stream;
}

static int flags_of(const char *mode)
{
    int access = strchr(mode, '+') ? O_RDWR : *mode == 'r' ? O_RDONLY : O_WRONLY;
    int make = *mode == 'w' ? O_CREAT | O_TRUNC : *mode == 'a' ? O_CREAT | O_APPEND : 0;
    return access | make | (strchr(mode, 'x') ? O_EXCL : 0) | (strchr(mode, 'e') ? O_CLOEXEC : 0);
}

FILE *fopen64(const char *path, const char *mode)
{
    int fd = fault_open(AT_FDCWD, path, flags_of(mode), 0666);
    FILE *stream = fd < 0 ? NULL : stream_over(fd, mode);
    if (!stream && fd >= 0) {
        int why = errno;
        syscall(SYS_close, fd);
        errno = why;
    }
    return stream;
}

FILE *fopen(const char *path, const char *mode)
{
    return fopen64(path, mode);
}

FILE *fdopen(int fd, const char *mode)
{
    return stream_over(fd, mode);
}

int fileno(FILE *stream)
{
    int (*next)(FILE *);
    for (int i = 0; i < STREAMS; i++)
        if (streams[i].used && streams[i].stream == stream)
            return streams[i].fd;
    next = (int (*)(FILE *))fault_next("fileno");
    return next(stream);
}

int fileno_unlocked(FILE *stream)
{
    return fileno(stream);
}

void fault_take_streams(void)
{
    FILE *in = stream_over(STDIN_FILENO, "r"), *out = stream_over(STDOUT_FILENO, "w");
    if (in)
        stdin = in;
    if (out)
        stdout = out;
}
