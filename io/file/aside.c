#include "io/file/aside.h"

#include "io/file/scratch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* No number, so that no sweep takes it. The caller frees; NULL: out of memory. */
static char *name_of(const char *target)
{
    char *name;
    return asprintf(&name, "%s" SCRATCH_MARK "before", target) < 0 ? NULL : name;
}

/* -1, with errno. */
static int copy_stream(FILE *in, FILE *out)
{
    char bytes[1 << 16];
    struct stat st;
    size_t n;
    if (fstat(fileno(in), &st) || fchmod(fileno(out), st.st_mode & 07777))
        return -1;
    while ((n = fread(bytes, 1, sizeof bytes, in)))
        if (fwrite(bytes, 1, n, out) != n)
            return -1;
    return ferror(in) || fflush(out) ? -1 : 0;
}

static int copy(const char *from, const char *to)
{
    FILE *in = fopen(from, "rbe"), *out = in ? fopen(to, "wbe") : NULL;
    int rc = out ? copy_stream(in, out) : -1, why = errno;
    if (in)
        fclose(in);
    if (out)
        fclose(out);
    errno = why;
    return rc;
}

/* Beside the target, others may have put a link under the copy's name: it is replaced, not followed. */
int aside_copy(const char *target, Err *err)
{
    char *name = name_of(target), *path;
    int lock;
    if (!name || scratch_make(target, SCRATCH_FILE, &path, &lock)) {
        free(name);
        return err_set(err, "%s: %s", target, strerror(errno));
    }
    int rc = copy(target, path) || rename(path, name) ? err_set(err, "%s: %s", target, strerror(errno)) : 0;
    if (rc)
        unlink(path);
    scratch_forget(path);
    close(lock);
    free(path);
    free(name);
    return rc;
}

int aside_back(const char *target, Err *err)
{
    struct stat st;
    char *name = name_of(target);
    int rc = 0;
    if (!name)
        return err_set(err, "out of memory");
    if (lstat(name, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == geteuid())
        rc = rename(name, target) ? err_set(err, "%s: %s", target, strerror(errno)) : 1;
    free(name);
    return rc;
}

void aside_drop(const char *target)
{
    char *name = name_of(target);
    if (name)
        unlink(name);
    free(name);
}
