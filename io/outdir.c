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
#include <sys/stat.h>
#include <unistd.h>

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
    (void)st, (void)kind, (void)ftw;
    return remove(path);
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
    out->target = absolute(target);
    if (!out->target || asprintf(&out->path, "%s.part-%ld", out->target, (long)getpid()) < 0) {
        err_set(err, errlen, "%s: %s", target, strerror(errno));
        free(out->target);
        memset(out, 0, sizeof *out);
        return -1;
    }
    if (mkdir(out->path, 0777)) {
        err_set(err, errlen, "%s: %s", out->path, strerror(errno));
        free(out->target);
        free(out->path);
        memset(out, 0, sizeof *out);
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

/* Puts `path` where `target` is and the old one where `path` was. File systems that cannot exchange take two
 * renames. */
static int exchange(const char *path, const char *target)
{
    char *old;
    if (renameat2(AT_FDCWD, path, AT_FDCWD, target, RENAME_EXCHANGE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return -1;
    if (asprintf(&old, "%s.old", path) < 0)
        return -1;
    int rc = rename(target, old) || rename(path, target) || rename(old, path);
    free(old);
    return rc ? -1 : 0;
}

int outdir_commit(OutDir *out, int replace, char *err, size_t errlen)
{
    int exchanged = 0;
    int rc = sync_all(out->path);
    if (rc == 0 && replace && !dir_vacant(out->target)) {
        rc = exchange(out->path, out->target);
        exchanged = rc == 0;
    } else if (rc == 0) {
        rc = rename(out->path, out->target);
    }
    if (rc)
        err_set(err, errlen, "%s: %s", out->target, strerror(errno));
    if (rc || exchanged) {
        outdir_abort(out);
        return rc ? -1 : 0;
    }
    free(out->target);
    free(out->path);
    memset(out, 0, sizeof *out);
    return 0;
}

void outdir_abort(OutDir *out)
{
    if (out->path)
        remove_tree(out->path);
    free(out->target);
    free(out->path);
    memset(out, 0, sizeof *out);
}
