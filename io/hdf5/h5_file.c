#include "io/hdf5/h5_file.h"

#include "io/base/err.h"
#include "io/base/libraries.h"
#include "io/hdf5/h5_cage.h"

#include <errno.h>
#include <fcntl.h>
#include <hdf5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* --- files and errors --- */

void h5_quiet(void)
{
    /* At exit HDF5 would close again what it could not close on a full disk, and crash. All that is open is
     * closed by its owner, so it has nothing to do there. Before the first call of all; later it changes nothing. */
    H5dont_atexit();
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
}

/* Keeps the description of the error that was raised first: the reason, not its consequences. */
static herr_t innermost(unsigned n, const H5E_error2_t *e, void *ctx)
{
    const char **text = ctx;
    if (n == 0)
        *text = e->desc;
    return 0;
}

static const char system_error[] = "error message = '"; /* of the system call, amid a paragraph of numbers */

/* The reason of the last failure; "" if there is none. Borrowed until HDF5's errors are cleared. */
static const char *last_reason(void)
{
    const char *reason = NULL;
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, innermost, &reason);
    return reason ? reason : "";
}

int h5_fail(const H5 *h5, const char *name, const char *what, Err *err)
{
    const char *reason = last_reason(), *told = strstr(reason, system_error);
    if (told)
        reason = told + strlen(system_error);
    err_set(err, "%s: %s%s%s%s%.*s", h5->path, name ? name : "", name ? ": " : "", what, *reason ? ": " : "",
            (int)strcspn(reason, told ? "'\n" : "\n"), reason);
    H5Eclear2(H5E_DEFAULT);
    return -1;
}

/* HDF5 locks what it reads, so that nobody writes to it meanwhile. */
int h5_open_fail(const H5 *h5, Err *err)
{
    const char *reason = last_reason();
    if (!strstr(reason, "unable to lock"))
        return h5_fail(h5, NULL, "not readable as HDF5", err);
    if (!strstr(reason, strerror(EAGAIN)))
        return h5_fail(h5, NULL, "cannot be locked (HDF5_USE_FILE_LOCKING=FALSE reads it without a lock)", err);
    H5Eclear2(H5E_DEFAULT);
    return err_set(err, "%s: file is locked by another process", h5->path);
}

H5 *h5_new(const char *path, bool writing, Err *err)
{
    H5 *h5 = malloc(sizeof *h5);
    char *copy = strdup(path);
    if (!h5 || !copy) {
        err_set(err, "%s: out of memory", path);
        free(h5);
        free(copy);
        return NULL;
    }
    *h5 = (H5){.path = copy, .writing = writing, .id = -1, .socket = -1, .file = -1, .memory = -1};
    return h5;
}

void h5_delete(H5 *h5)
{
    free(h5->path);
    free(h5);
}

const char *h5_path(const H5 *h5)
{
    return h5->path;
}

/* Writes the file that HDF5 built in memory to `place`. */
static int write_image(const H5 *h5, const char *place, Err *err)
{
    ssize_t size = H5Fflush(h5->id, H5F_SCOPE_LOCAL) < 0 ? -1 : H5Fget_file_image(h5->id, NULL, 0);
    char *image = size > 0 ? malloc((size_t)size) : NULL;
    int rc = 0;
    if (!image || H5Fget_file_image(h5->id, image, (size_t)size) != size) {
        free(image);
        return h5_fail(h5, NULL, "cannot be written", err);
    }
    FILE *f = fopen(place, "wbe");
    if (!f || fwrite(image, 1, (size_t)size, f) != (size_t)size || fflush(f))
        rc = err_set(err, "%s: %s", h5->path, strerror(errno));
    if (f && fclose(f) && rc == 0)
        rc = err_set(err, "%s: %s", h5->path, strerror(errno));
    free(image);
    return rc;
}

/* Frees, after `rc` of what came before. A file on disk is at its path only if all went well. */
static int end_file(H5 *h5, int rc, Err *err)
{
    const struct timespec times[2] = {h5->modified, h5->modified};
    if (H5Fclose(h5->id) < 0 && rc == 0)
        rc = h5_fail(h5, NULL, "cannot be closed", err);
    if (h5->out.path && rc == 0 && h5->modified.tv_sec && utimensat(AT_FDCWD, h5->out.path, times, 0))
        rc = err_set(err, "%s: %s", h5->path, strerror(errno));
    if (h5->out.path && rc == 0)
        rc = outfile_commit(&h5->out, err);
    outfile_abort(&h5->out);
    h5_delete(h5);
    return rc;
}

int h5_close(H5 *h5, Err *err)
{
    if (!h5)
        return 0;
    if (h5->writing)
        return end_file(h5, write_image(h5, h5->path, err), err);
    cage_end(h5);
    return 0;
}

int h5_commit(H5 *h5, Err *err)
{
    OutFile out;
    if (h5->out.path)
        return end_file(h5, 0, err);
    int rc = outfile_begin(&out, h5->path, err);
    if (rc == 0 && (rc = write_image(h5, out.path, err)))
        outfile_abort(&out);
    else if (rc == 0)
        rc = outfile_commit(&out, err);
    return end_file(h5, rc, err);
}

void h5_discard(H5 *h5)
{
    if (h5)
        end_file(h5, -1, NULL);
}

void library_hdf5(char version[LIBRARY_VERSION])
{
    unsigned major, minor, release;
    if (H5get_libversion(&major, &minor, &release) < 0)
        major = minor = release = 0;
    snprintf(version, LIBRARY_VERSION, "%u.%u.%u", major, minor, release);
}
