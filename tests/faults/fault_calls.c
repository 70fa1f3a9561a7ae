/* fault.h, the calls that may fail. */
#include "tests/faults/fault.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

/* The C library's allocator under its other names. */
void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *old, size_t n);
void *__libc_memalign(size_t alignment, size_t n);

/* Returns -1 from a call that is to fail. */
#define MAY_FAIL(kind, why) \
    do { \
        if (fault(kind)) { \
            errno = why; \
            return -1; \
        } \
    } while (0)

/* --- memory --- */

static void *no_memory(void)
{
    errno = ENOMEM;
    return NULL;
}

void *malloc(size_t n)
{
    return fault(ALLOC) ? no_memory() : __libc_malloc(n);
}

void *calloc(size_t n, size_t size)
{
    return fault(ALLOC) ? no_memory() : __libc_calloc(n, size);
}

void *realloc(void *old, size_t n)
{
    return fault(ALLOC) ? no_memory() : __libc_realloc(old, n);
}

void *reallocarray(void *old, size_t n, size_t size)
{
    size_t bytes;
    return __builtin_mul_overflow(n, size, &bytes) || fault(ALLOC) ? no_memory() : __libc_realloc(old, bytes);
}

void *memalign(size_t alignment, size_t n)
{
    return fault(ALLOC) ? no_memory() : __libc_memalign(alignment, n);
}

void *aligned_alloc(size_t alignment, size_t n)
{
    return fault(ALLOC) ? no_memory() : __libc_memalign(alignment, n);
}

int posix_memalign(void **out, size_t alignment, size_t n)
{
    void *p = fault(ALLOC) ? NULL : __libc_memalign(alignment, n);
    if (p)
        *out = p;
    return p ? 0 : ENOMEM;
}

void *mmap64(void *place, size_t n, int access, int flags, int fd, off64_t offset)
{
    if (fault(ALLOC)) {
        errno = ENOMEM;
        return MAP_FAILED;
    }
    return (void *)syscall(SYS_mmap, place, n, access, flags, fd, offset);
}

void *mmap(void *place, size_t n, int access, int flags, int fd, off_t offset)
{
    return mmap64(place, n, access, flags, fd, offset);
}

/* --- reading and writing --- */

static size_t half(size_t n)
{
    return n > 1 ? n / 2 : n;
}

ssize_t fault_read(int fd, void *bytes, size_t n)
{
    MAY_FAIL(READ, EIO);
    return syscall(SYS_read, fd, bytes, n > 1 && fault(SHORT_READ) ? half(n) : n);
}

ssize_t read(int fd, void *bytes, size_t n)
{
    return fault_read(fd, bytes, n);
}

ssize_t pread64(int fd, void *bytes, size_t n, off64_t offset)
{
    MAY_FAIL(READ, EIO);
    return syscall(SYS_pread64, fd, bytes, n > 1 && fault(SHORT_READ) ? half(n) : n, offset);
}

ssize_t pread(int fd, void *bytes, size_t n, off_t offset)
{
    return pread64(fd, bytes, n, offset);
}

ssize_t readv(int fd, const struct iovec *part, int n)
{
    MAY_FAIL(READ, EIO);
    return syscall(SYS_readv, fd, part, n > 1 && fault(SHORT_READ) ? n / 2 : n);
}

ssize_t recvfrom(int fd, void *bytes, size_t n, int flags, struct sockaddr *from, socklen_t *len)
{
    MAY_FAIL(READ, EIO);
    return syscall(SYS_recvfrom, fd, bytes, n > 1 && fault(SHORT_READ) ? half(n) : n, flags, from, len);
}

ssize_t recv(int fd, void *bytes, size_t n, int flags)
{
    return recvfrom(fd, bytes, n, flags, NULL, NULL);
}

ssize_t fault_write(int fd, const void *bytes, size_t n)
{
    if (fd == STDERR_FILENO)
        return syscall(SYS_write, fd, bytes, n);
    MAY_FAIL(WRITE, ENOSPC);
    return syscall(SYS_write, fd, bytes, n > 1 && fault(SHORT_WRITE) ? half(n) : n);
}

ssize_t write(int fd, const void *bytes, size_t n)
{
    return fault_write(fd, bytes, n);
}

ssize_t pwrite64(int fd, const void *bytes, size_t n, off64_t offset)
{
    MAY_FAIL(WRITE, ENOSPC);
    return syscall(SYS_pwrite64, fd, bytes, n > 1 && fault(SHORT_WRITE) ? half(n) : n, offset);
}

ssize_t pwrite(int fd, const void *bytes, size_t n, off_t offset)
{
    return pwrite64(fd, bytes, n, offset);
}

ssize_t writev(int fd, const struct iovec *part, int n)
{
    if (fd != STDERR_FILENO)
        MAY_FAIL(WRITE, ENOSPC);
    return syscall(SYS_writev, fd, part, n > 1 && fault(SHORT_WRITE) ? n / 2 : n);
}

ssize_t sendto(int fd, const void *bytes, size_t n, int flags, const struct sockaddr *to, socklen_t len)
{
    MAY_FAIL(WRITE, ENOSPC);
    return syscall(SYS_sendto, fd, bytes, n > 1 && fault(SHORT_WRITE) ? half(n) : n, flags, to, len);
}

ssize_t send(int fd, const void *bytes, size_t n, int flags)
{
    return sendto(fd, bytes, n, flags, NULL, 0);
}

/* --- files --- */

int fsync(int fd)
{
    MAY_FAIL(SYNC, EIO);
    return (int)syscall(SYS_fsync, fd);
}

int fdatasync(int fd)
{
    MAY_FAIL(SYNC, EIO);
    return (int)syscall(SYS_fdatasync, fd);
}

int syncfs(int fd)
{
    MAY_FAIL(SYNC, EIO);
    return (int)syscall(SYS_syncfs, fd);
}

int renameat2(int from_dir, const char *from, int to_dir, const char *to, unsigned flags)
{
    MAY_FAIL(RENAME, EACCES);
    return (int)syscall(SYS_renameat2, from_dir, from, to_dir, to, flags);
}

int renameat(int from_dir, const char *from, int to_dir, const char *to)
{
    return renameat2(from_dir, from, to_dir, to, 0);
}

int rename(const char *from, const char *to)
{
    return renameat2(AT_FDCWD, from, AT_FDCWD, to, 0);
}

int link(const char *from, const char *to)
{
    MAY_FAIL(RENAME, EACCES);
    return (int)syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0);
}

int mkdir(const char *path, mode_t mode)
{
    MAY_FAIL(RENAME, EACCES);
    return (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);
}

int ftruncate64(int fd, off64_t length)
{
    MAY_FAIL(RENAME, EACCES);
    return (int)syscall(SYS_ftruncate, fd, length);
}

int ftruncate(int fd, off_t length)
{
    return ftruncate64(fd, length);
}

/* --- descriptors --- */

int fault_open(int dir, const char *path, int flags, mode_t mode)
{
    MAY_FAIL(OPEN, EMFILE);
    return (int)syscall(SYS_openat, dir, path, flags, mode);
}

static mode_t mode_of(int flags, va_list ap)
{
    return flags & (O_CREAT | __O_TMPFILE) ? va_arg(ap, mode_t) : 0;
}

#define OPEN_PATH(name) \
    int name(const char *path, int flags, ...) \
    { \
        va_list ap; \
        va_start(ap, flags); \
        mode_t mode = mode_of(flags, ap); \
        va_end(ap); \
        return fault_open(AT_FDCWD, path, flags, mode); \
    }
#define OPEN_AT(name) \
    int name(int dir, const char *path, int flags, ...) \
    { \
        va_list ap; \
        va_start(ap, flags); \
        mode_t mode = mode_of(flags, ap); \
        va_end(ap); \
        return fault_open(dir, path, flags, mode); \
    }
OPEN_PATH(open)
OPEN_PATH(open64)
OPEN_AT(openat)
OPEN_AT(openat64)

DIR *opendir(const char *path)
{
    if (fault(OPEN)) {
        errno = EMFILE;
        return NULL;
    }
    DIR *(*next)(const char *) = (DIR * (*)(const char *)) fault_next("opendir");
    return next(path);
}

int memfd_create(const char *name, unsigned flags)
{
    MAY_FAIL(OPEN, EMFILE);
    return (int)syscall(SYS_memfd_create, name, flags);
}

int pipe2(int pair[2], int flags)
{
    MAY_FAIL(OPEN, EMFILE);
    return (int)syscall(SYS_pipe2, pair, flags);
}

int pipe(int pair[2])
{
    return pipe2(pair, 0);
}

int socket(int domain, int type, int protocol)
{
    MAY_FAIL(OPEN, EMFILE);
    return (int)syscall(SYS_socket, domain, type, protocol);
}

int socketpair(int domain, int type, int protocol, int pair[2])
{
    MAY_FAIL(OPEN, EMFILE);
    return (int)syscall(SYS_socketpair, domain, type, protocol, pair);
}

/* --- threads and processes --- */

int pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*run)(void *), void *arg)
{
    typedef int Create(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
    if (fault(THREAD))
        return EAGAIN;
    Create *next = (Create *)fault_next("pthread_create");
    return next(thread, attr, run, arg);
}

pid_t fork(void)
{
    MAY_FAIL(THREAD, EAGAIN);
    pid_t (*next)(void) = (pid_t(*)(void))fault_next("fork");
    return next();
}
