#include "io/file/scratch.h"

#include "io/file/left_file.h"
#include "io/file/remove_tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Not a name that users have: split(1), for one, makes TARGET.part-00. */
#define MARK ".coco-part-"

/* --- locks --- */

/* `dir` is an open directory for a name in it, or AT_FDCWD for a path; the same below. */
static int open_any(int dir, const char *path)
{
    int fd = openat(dir, path, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    return fd < 0 && errno == EISDIR ? openat(dir, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) : fd;
}

/* Not flock, which HDF5 uses on files that it reads: it must not find our lock on a file that has just been renamed.
 * One byte far beyond the content, because some file systems forbid others to write what is locked. */
static int lock_file(int fd)
{
#ifdef F_OFD_SETLK
    struct flock byte = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = INT64_MAX - 1, .l_len = 1};
    return fcntl(fd, F_OFD_SETLK, &byte);
#else
    (void)fd;
    errno = ENOLCK;
    return -1;
#endif
}

static int lock_dir(int fd, int wait)
{
    int rc;
    do
        rc = flock(fd, LOCK_EX | (wait ? 0 : LOCK_NB));
    while (rc && errno == EINTR);
    return rc;
}

/* With `wait`, waits for the lock of a directory. */
static int lock(int fd, int wait)
{
    struct stat st;
    if (fstat(fd, &st))
        return -1;
    return S_ISDIR(st.st_mode) ? lock_dir(fd, wait) : lock_file(fd);
}

/* A descriptor that holds the lock; -1: cannot be locked. */
static int open_locked(int dir, const char *path, int wait)
{
    int fd = open_any(dir, path);
    if (fd >= 0 && lock(fd, wait)) {
        close(fd);
        fd = -1;
    }
    return fd;
}

/* Whether the path still leads to what we locked: it may have been removed or renamed just before. */
static int still_there(int fd, int dir, const char *path)
{
    struct stat held, now;
    return fstat(fd, &held) == 0 && fstatat(dir, path, &now, AT_SYMLINK_NOFOLLOW) == 0 &&
           held.st_dev == now.st_dev && held.st_ino == now.st_ino;
}

/* --- what is unfinished --- */

typedef struct {
    atomic_bool used; /* set when the path is complete; a signal handler reads without the lock */
    pid_t owner;      /* a child has the list of its parent */
    char path[PATH_MAX];
} Unfinished;

static pthread_mutex_t unfinished_lock = PTHREAD_MUTEX_INITIALIZER;
static Unfinished unfinished[SCRATCH_MAX];

static void remember(const char *path)
{
    size_t size = strlen(path) + 1;
    if (size > sizeof unfinished->path)
        return;
    pthread_mutex_lock(&unfinished_lock);
    for (int i = 0; i < SCRATCH_MAX; i++)
        if (!atomic_load(&unfinished[i].used) || unfinished[i].owner != getpid()) {
            atomic_store(&unfinished[i].used, false);
            memcpy(unfinished[i].path, path, size);
            unfinished[i].owner = getpid();
            atomic_store(&unfinished[i].used, true);
            break;
        }
    pthread_mutex_unlock(&unfinished_lock);
}

void scratch_forget(const char *path)
{
    pthread_mutex_lock(&unfinished_lock);
    for (int i = 0; i < SCRATCH_MAX; i++)
        if (atomic_load(&unfinished[i].used) && !strcmp(unfinished[i].path, path))
            atomic_store(&unfinished[i].used, false);
    pthread_mutex_unlock(&unfinished_lock);
}

/* --- making one --- */

/* A descriptor of a new one; -1 with errno, EEXIST if the name is taken. */
static int make(const char *path, ScratchKind kind)
{
    if (kind == SCRATCH_FILE)
        return open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (mkdir(path, 0777))
        return -1;
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    int why = errno == ENOENT ? EEXIST : errno; /* a sweeper has removed it */
    if (fd < 0)
        rmdir(path);
    errno = why;
    return fd;
}

/* Tries one name. 1: it is ours; 0: it is taken; -1: no name will do. */
static int try_name(const char *path, ScratchKind kind, int *held)
{
    int fd = make(path, kind);
    if (fd < 0)
        return errno == EEXIST ? 0 : -1;
    /* A sweeper may lock it before we do. If lock fails in another way, nobody can lock here, sweepers included. */
    bool swept = lock(fd, 0) && errno == EWOULDBLOCK;
    if (!swept && still_there(fd, AT_FDCWD, path)) {
        *held = fd;
        return 1;
    }
    close(fd);
    return 0;
}

int scratch_make(const char *target, ScratchKind kind, char **path, int *held)
{
    enum { TRIES = 1000 };
    int rc = 0;
    for (int i = 0; i < TRIES && rc == 0; i++) {
        /* A name may belong to a process with our number in another container, or be left where locks do not work. */
        int n = i ? asprintf(path, "%s" MARK "%ld%03d", target, (long)getpid(), i)
                  : asprintf(path, "%s" MARK "%ld", target, (long)getpid());
        if (n < 0) {
            *path = NULL;
            return -1;
        }
        rc = try_name(*path, kind, held);
        if (rc <= 0) {
            int why = errno;
            free(*path);
            *path = NULL;
            errno = why;
        }
    }
    if (rc > 0)
        remember(*path);
    return rc > 0 ? 0 : -1;
}

/* --- a claim --- */

/* Whether a process has the file locked now. */
static bool is_held(const char *path)
{
    int fd = open_any(AT_FDCWD, path);
    bool held = fd >= 0 && lock(fd, 0) && (errno == EWOULDBLOCK || errno == EACCES);
    if (fd >= 0)
        close(fd);
    return held;
}

int scratch_claim(const char *target, ScratchClaim *claim)
{
    enum { TRIES = 20, PAUSE = 5000000 /* ns */ };
    const struct timespec pause = {.tv_nsec = PAUSE};
    int rc = 0;
    *claim = (ScratchClaim){.lock = -1};
    /* No process has the number 0. A name that is left is swept first. */
    if (asprintf(&claim->path, "%s" MARK "0", target) < 0) {
        claim->path = NULL;
        return -1;
    }
    /* Somebody who sweeps holds the lock for a moment only. */
    for (int i = 0; i < TRIES && rc == 0; i++) {
        if (i)
            nanosleep(&pause, NULL);
        scratch_sweep(target);
        rc = try_name(claim->path, SCRATCH_FILE, &claim->lock);
    }
    if (rc > 0) {
        remember(claim->path);
        return 1;
    }
    int why = errno;
    bool held = rc == 0 && is_held(claim->path);
    free(claim->path);
    claim->path = NULL;
    errno = why;
    return rc < 0 ? -1 : !held;
}

void scratch_release(ScratchClaim *claim)
{
    if (!claim->path)
        return;
    unlink(claim->path);
    scratch_forget(claim->path);
    close(claim->lock);
    free(claim->path);
    claim->path = NULL;
}

int scratch_keep(const char *target, const char *word, char **path, int *fd, Err *err)
{
    int rc = -1;
    *fd = -1;
    if (asprintf(path, "%s" MARK "%s", target, word) < 0) {
        *path = NULL;
        return err_set(err, "out of memory");
    }
    /* Its owner may remove it before we have the lock. */
    while (rc < 0 && (*fd = left_file_open(*path, err)) >= 0) {
        if (lock(*fd, 0) && (errno == EWOULDBLOCK || errno == EACCES))
            rc = 0;
        else if (still_there(*fd, AT_FDCWD, *path))
            return 1;
        close(*fd);
        *fd = -1;
    }
    if (rc < 0 && errno == ENOENT) /* the folder: what is missing is the target's, whatever stands beside it */
        err_set(err, "%s: %s", target, strerror(ENOENT));
    free(*path);
    *path = NULL;
    return rc;
}

/* --- removal --- */

void scratch_remove(const char *path)
{
    remove_tree(AT_FDCWD, path, REMOVE_DEPTH);
}

void scratch_remove_other(const char *path)
{
    int fd = open_locked(AT_FDCWD, path, 1);
    if (fd < 0) {
        scratch_remove(path);
        return;
    }
    if (still_there(fd, AT_FDCWD, path))
        remove_open_tree(AT_FDCWD, path, fd, REMOVE_DEPTH);
    close(fd);
}

/* Removes a name in the open directory unless somebody has it locked, or another user made it: in a folder of many, it
 * may be there to have us remove it. */
static void remove_left(int dir, const char *name)
{
    struct stat st;
    int fd = open_locked(dir, name, 0);
    if (fd < 0)
        return;
    if (still_there(fd, dir, name) && fstat(fd, &st) == 0 && st.st_uid == geteuid()) {
        if (S_ISDIR(st.st_mode))
            remove_open_tree(dir, name, fd, REMOVE_DEPTH);
        else if (S_ISREG(st.st_mode))
            unlinkat(dir, name, 0);
    }
    close(fd);
}

/* Whether the name is BASE.coco-part-<digits>. */
static int is_scratch(const char *name, const char *base)
{
    size_t n = strlen(base), m = strlen(MARK);
    if (strncmp(name, base, n) || strncmp(name + n, MARK, m))
        return 0;
    const char *digits = name + n + m;
    return *digits && !digits[strspn(digits, "0123456789")];
}

void scratch_sweep(const char *target)
{
    const char *slash = strrchr(target, '/'), *base = slash ? slash + 1 : target;
    char *dir = slash ? strndup(target, (size_t)(base - target)) : strdup(".");
    DIR *d = dir ? opendir(dir) : NULL;
    struct dirent *e;
    while (d && (e = readdir(d)))
        if (is_scratch(e->d_name, base))
            remove_left(dirfd(d), e->d_name);
    if (d)
        closedir(d);
    free(dir);
}

void scratch_remove_all(void)
{
    for (int i = 0; i < SCRATCH_MAX; i++)
        if (atomic_load(&unfinished[i].used) && unfinished[i].owner == getpid())
            remove_tree(AT_FDCWD, unfinished[i].path, REMOVE_DEPTH_SIGNAL);
}
