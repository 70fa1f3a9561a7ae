#include "io/scratch.h"

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

/* No user's own name: split(1) and its like would make TARGET.part-00. */
#define MARK ".coco-part-"

char *scratch_path(const char *target)
{
    char *path;
    return asprintf(&path, "%s" MARK "%ld", target, (long)getpid()) < 0 ? NULL : path;
}

/* --- locks --- */

/* A descriptor of it with its lock, -1 where that cannot be had; `wait` for another holder to let go. */
static int lock(const char *path, int wait)
{
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return -1;
    while (flock(fd, LOCK_EX | (wait ? 0 : LOCK_NB)))
        if (errno != EINTR) {
            close(fd);
            return -1;
        }
    return fd;
}

/* Whether the path still leads to what was locked: it may have been removed, or renamed, before the lock. */
static int still_there(int fd, const char *path)
{
    struct stat held, now;
    return fstat(fd, &held) == 0 && lstat(path, &now) == 0 && held.st_dev == now.st_dev && held.st_ino == now.st_ino;
}

static int make(const char *path, ScratchKind kind)
{
    if (kind == SCRATCH_DIR)
        return mkdir(path, 0777);
    int fd = open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666);
    return fd < 0 ? -1 : close(fd);
}

int scratch_make(const char *path, ScratchKind kind, int *held)
{
    while (make(path, kind) == 0) { /* a sweeper may come between this and the lock, and remove it */
        int fd = lock(path, 1);
        if (fd >= 0 ? still_there(fd, path) : file_exists(path)) {
            *held = fd;
            return kind == SCRATCH_FILE ? truncate(path, 0) : 0;
        }
        if (fd >= 0)
            close(fd);
    }
    return -1;
}

/* --- removal --- */

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
    (void)st, (void)kind, (void)ftw;
    return remove(path) && errno != ENOENT;
}

void scratch_remove_tree(const char *path)
{
    (void)nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

static void remove_left(const char *path, int wait)
{
    struct stat st;
    int fd = lock(path, wait);
    if (fd < 0)
        return;
    if (still_there(fd, path) && fstat(fd, &st) == 0) {
        if (S_ISDIR(st.st_mode))
            scratch_remove_tree(path);
        else if (S_ISREG(st.st_mode))
            unlink(path);
    }
    close(fd);
}

void scratch_remove(const char *path)
{
    remove_left(path, 1);
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
