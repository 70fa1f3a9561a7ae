#include "io/outdir.h"

#include "io/err.h"
#include "io/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
    (void)st, (void)kind, (void)ftw;
    return remove(path) && errno != ENOENT;
}

static int remove_tree(const char *path)
{
    return nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

int dir_vacant(const char *path)
{
    DIR *d = opendir(path);
    struct dirent *e;
    int n = 0;
    if (!d)
        return 1;
    while (n == 0 && (e = readdir(d)))
        n += strcmp(e->d_name, ".") && strcmp(e->d_name, "..");
    closedir(d);
    return n == 0;
}

/* --- paths --- */

/* The absolute path of something that need not be there, below a parent that is. */
static char *absolute(const char *path)
{
    char *real = realpath(path, NULL), *parent, *copy, *joined;
    if (real)
        return real;
    copy = strdup(path);
    if (!copy)
        return NULL;
    size_t n = strlen(copy);
    while (n > 1 && copy[n - 1] == '/')
        copy[--n] = '\0';
    char *slash = strrchr(copy, '/');
    if (slash)
        *slash = '\0';
    parent = realpath(slash ? (slash == copy ? "/" : copy) : ".", NULL);
    joined = parent ? path_join(parent, slash ? slash + 1 : copy) : NULL;
    free(parent);
    free(copy);
    return joined;
}

static int make_parents(const char *path, char *err, size_t errlen)
{
    char *copy = strdup(path);
    if (!copy)
        return err_set(err, errlen, "out of memory");
    size_t n = strlen(copy);
    while (n > 1 && copy[n - 1] == '/')
        copy[--n] = '\0';
    char *slash = strrchr(copy, '/');
    int rc = 0;
    if (slash && slash != copy) {
        *slash = '\0';
        rc = file_mkdirs(copy, err, errlen);
    }
    free(copy);
    return rc;
}

/* --- scratch directories and their locks --- */

/* A descriptor of the directory with its lock, -1 where it cannot be had; `wait` for another holder to let go. */
static int lock_dir(const char *path, int wait)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return -1;
    while (flock(fd, LOCK_EX | (wait ? 0 : LOCK_NB)))
        if (errno != EINTR) {
            close(fd);
            return -1;
        }
    return fd;
}

/* Whether the path still leads to the locked directory: it may have been removed, or renamed, before the lock. */
static int still_there(int fd, const char *path)
{
    struct stat held, now;
    return fstat(fd, &held) == 0 && lstat(path, &now) == 0 && held.st_dev == now.st_dev && held.st_ino == now.st_ino;
}

/* Removes the directory unless somebody holds it; `wait` until nobody does. */
static void remove_left(const char *path, int wait)
{
    int fd = lock_dir(path, wait);
    if (fd < 0)
        return;
    if (still_there(fd, path))
        remove_tree(path);
    close(fd);
}

/* Makes the directory and takes its lock. A sweeper may come between the two, and remove it. */
static int make_locked(const char *path, int *lock)
{
    while (mkdir(path, 0777) == 0) {
        int fd = lock_dir(path, 1);
        if (fd >= 0 ? still_there(fd, path) : file_exists(path)) {
            *lock = fd;
            return 0;
        }
        if (fd >= 0)
            close(fd);
    }
    return -1;
}

/* Whether the name is PREFIX.part-<digits>. */
static int is_scratch(const char *name, const char *prefix)
{
    static const char mark[] = ".part-";
    size_t n = strlen(prefix), m = strlen(mark);
    if (strncmp(name, prefix, n) || strncmp(name + n, mark, m))
        return 0;
    const char *digits = name + n + m;
    return *digits && !digits[strspn(digits, "0123456789")];
}

/* Of an absolute target. */
static void sweep(const char *target)
{
    const char *base = strrchr(target, '/') + 1;
    char *dir = strndup(target, (size_t)(base - target));
    DIR *d = dir ? opendir(dir) : NULL;
    struct dirent *e;
    while (d && (e = readdir(d))) {
        char *path = is_scratch(e->d_name, base) ? path_join(dir, e->d_name) : NULL;
        if (path)
            remove_left(path, 0);
        free(path);
    }
    if (d)
        closedir(d);
    free(dir);
}

void outdir_sweep(const char *target)
{
    char *path = absolute(target);
    if (path)
        sweep(path);
    free(path);
}

/* --- begin, commit, abort --- */

static void let_go(OutDir *out)
{
    if (out->path && out->lock >= 0)
        close(out->lock);
    out->lock = -1;
}

static void forget(OutDir *out)
{
    let_go(out);
    free(out->target);
    free(out->path);
    memset(out, 0, sizeof *out);
}

int outdir_begin(OutDir *out, const char *target, char *err, size_t errlen)
{
    struct stat st;
    memset(out, 0, sizeof *out);
    if (!*target)
        return err_set(err, errlen, "a directory without a name");
    if (stat(target, &st) == 0 && !S_ISDIR(st.st_mode))
        return err_set(err, errlen, "%s: is not a directory", target);
    if (make_parents(target, err, errlen))
        return -1;
    out->lock = -1;
    out->target = absolute(target);
    if (out->target)
        sweep(out->target);
    if (!out->target || asprintf(&out->path, "%s.part-%ld", out->target, (long)getpid()) < 0) {
        out->path = NULL;
        err_set(err, errlen, "%s: %s", target, strerror(errno));
        forget(out);
        return -1;
    }
    if (make_locked(out->path, &out->lock)) {
        err_set(err, errlen, "%s: %s", out->path, strerror(errno));
        forget(out);
        return -1;
    }
    return 0;
}

/* All of it on the disk before it gets its name. */
static int sync_all(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    int rc = syncfs(fd), saved = errno;
    close(fd);
    errno = saved;
    return rc;
}

/* Puts `path` where `target` is and the old one where `path` was. File systems that cannot exchange take renames,
 * and the old one back where the second fails. */
static int exchange(const char *path, const char *target)
{
    char *old;
    if (renameat2(AT_FDCWD, path, AT_FDCWD, target, RENAME_EXCHANGE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return -1;
    if (asprintf(&old, "%s.old", path) < 0)
        return -1;
    int rc = rename(target, old);
    if (rc == 0 && (rc = rename(path, target))) {
        int why = errno;
        rename(old, target);
        errno = why;
    } else if (rc == 0) {
        rc = rename(old, path);
    }
    free(old);
    return rc;
}

int outdir_commit(OutDir *out, int replace, char *err, size_t errlen)
{
    int exchanged = 0;
    int rc = sync_all(out->path);
    if (rc == 0 && (rc = rename(out->path, out->target)) && replace && (errno == ENOTEMPTY || errno == EEXIST)) {
        rc = exchange(out->path, out->target);
        exchanged = rc == 0;
    }
    if (rc) {
        err_set(err, errlen, "%s: %s", out->target, strerror(errno));
        outdir_abort(out);
        return -1;
    }
    /* The old one may have come from another process just now, which lets go of it as this one does here; or a sweeper
     * may be at it. */
    let_go(out);
    if (exchanged)
        remove_left(out->path, 1);
    forget(out);
    return 0;
}

void outdir_abort(OutDir *out)
{
    if (out->path)
        remove_tree(out->path);
    forget(out);
}
