#include "io/file/outdir.h"

#include "io/base/err.h"
#include "io/file/dir_next.h"
#include "io/file/file.h"
#include "io/file/scratch.h"
#include "io/file/sync.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int dir_vacant(const char *path)
{
    DIR *d = opendir(path);
    const char *name;
    struct stat st;
    if (!d) /* a directory that cannot be read may hold anything */
        return stat(path, &st) || !S_ISDIR(st.st_mode);
    int more = dir_next(d, &name);
    closedir(d);
    return more == 0;
}

/* --- paths --- */

/* The path is without slashes at its end. */
static int make_parents(const char *path, Err *err)
{
    const char *slash = strrchr(path, '/');
    if (!slash || slash == path)
        return 0;
    char *parent = strndup(path, (size_t)(slash - path));
    int rc = parent ? file_mkdirs(parent, err) : err_set(err, "out of memory");
    free(parent);
    return rc;
}

/* Where the directory will be, through links. The caller frees; NULL with errno. */
static char *follow(const char *target)
{
    char *copy = strdup(target), *place = NULL;
    if (copy) {
        path_trim(copy); /* with a slash after it, a link would stand for what it leads to */
        place = path_follow(copy);
    }
    free(copy);
    if (place)
        path_trim(place);
    return place;
}

/* The same as an absolute path, with its parents made. */
static char *find_place(const char *target, Err *err)
{
    char *place = follow(target), *absolute = NULL;
    if (!place) {
        err_set(err, "%s: %s", target, strerror(errno));
        return NULL;
    }
    if (make_parents(place, err) == 0 && !(absolute = path_absolute(place)))
        err_set(err, "%s: %s", target, strerror(errno));
    free(place);
    return absolute;
}

/* --- begin, commit, abort --- */

void outdir_sweep(const char *target)
{
    char *path = path_absolute(target);
    if (path)
        scratch_sweep(path);
    free(path);
}

static void unlock(OutDir *out)
{
    if (out->path && out->lock >= 0)
        close(out->lock);
    out->lock = -1;
}

static void forget(OutDir *out)
{
    if (out->path)
        scratch_forget(out->path);
    unlock(out);
    free(out->target);
    free(out->path);
    memset(out, 0, sizeof *out);
}

static int check_kind(const char *target, Err *err)
{
    struct stat st;
    if (!*target)
        return err_set(err, "a directory without a name");
    int rc = stat(target, &st);
    if (rc && errno != ENOENT)
        return err_set(err, "%s: %s", target, strerror(errno));
    return rc || S_ISDIR(st.st_mode) ? 0 : err_set(err, "%s: is not a directory", target);
}

/* "a/b" becomes "a", "/a" the root, "a" the directory it is in. */
static void cut_name(char *path)
{
    char *slash = strrchr(path, '/');
    if (slash)
        slash[slash == path] = '\0';
    else
        path[0] = '.', path[1] = '\0';
}

int outdir_check(const char *target, Err *err)
{
    if (check_kind(target, err))
        return -1;
    char *place = follow(target);
    int rc = -1;
    if (place)
        do {
            cut_name(place);
            rc = access(place, W_OK | X_OK);
        } while (rc && errno == ENOENT && strcmp(place, ".") != 0);
    if (rc)
        err_set(err, "%s: %s", target, strerror(errno));
    free(place);
    return rc;
}

int outdir_begin(OutDir *out, const char *target, Err *err)
{
    memset(out, 0, sizeof *out);
    if (check_kind(target, err))
        return -1;
    out->lock = -1;
    out->target = find_place(target, err);
    if (!out->target)
        return -1;
    scratch_sweep(out->target);
    if (scratch_make(out->target, SCRATCH_DIR, &out->path, &out->lock)) {
        err_set(err, "%s: %s", target, strerror(errno));
        forget(out);
        return -1;
    }
    return 0;
}

/* Exchanges the two directories. On file systems that cannot do that, by renames; if the second fails, the first is
 * undone. */
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

int outdir_commit(OutDir *out, int replace, Err *err)
{
    int exchanged = 0;
    int rc = sync_tree(out->path); /* before it gets its name */
    scratch_forget(out->path);     /* what will have this name once the two are exchanged is not ours */
    if (rc == 0 && (rc = rename(out->path, out->target)) && replace && (errno == ENOTEMPTY || errno == EEXIST)) {
        rc = exchange(out->path, out->target);
        exchanged = rc == 0;
    }
    if (rc) {
        err_set(err, "%s: %s", out->target, strerror(errno));
        outdir_abort(out);
        return -1;
    }
    sync_parent(out->target); /* before what is replaced goes */
    /* The old directory may come from another process that has only just committed it and unlocks it as we do here,
     * or a sweeper may have locked it. */
    unlock(out);
    if (exchanged)
        scratch_remove_other(out->path);
    forget(out);
    return 0;
}

void outdir_abort(OutDir *out)
{
    if (out->path)
        scratch_remove(out->path);
    forget(out);
}
