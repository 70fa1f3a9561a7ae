#include "io/hdf5/h5_file.h"

#include "io/base/err.h"
#include "io/file/file.h"

#include <errno.h>
#include <fcntl.h>
#include <hdf5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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
static int open_fail(const H5 *h5, Err *err)
{
    const char *reason = last_reason();
    if (!strstr(reason, "unable to lock"))
        return h5_fail(h5, NULL, "not readable as HDF5", err);
    if (!strstr(reason, strerror(EAGAIN)))
        return h5_fail(h5, NULL, "cannot be locked (HDF5_USE_FILE_LOCKING=FALSE reads it without a lock)", err);
    H5Eclear2(H5E_DEFAULT);
    return err_set(err, "%s: file is locked by another process", h5->path);
}

H5 *h5_wrap(int64_t id, const char *path, int writing, Err *err)
{
    H5 named = {id, (char *)path, writing};
    if (id < 0) {
        if (writing)
            h5_fail(&named, NULL, "cannot be made", err);
        else
            open_fail(&named, err);
        return NULL;
    }
    H5 *h5 = malloc(sizeof *h5);
    char *copy = strdup(path);
    if (!h5 || !copy) {
        err_set(err, "%s: out of memory", path);
        H5Fclose(id);
        free(h5);
        free(copy);
        return NULL;
    }
    *h5 = (H5){id, copy, writing};
    return h5;
}

H5 *h5_open(const char *path, Err *err)
{
    struct stat st;
    /* HDF5's message for a missing file is long. */
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) || S_ISDIR(st.st_mode)) {
        err_set(err, "%s: %s", path, strerror(fd < 0 ? errno : EISDIR));
        if (fd >= 0)
            close(fd);
        return NULL;
    }
    close(fd);
    h5_quiet();
    return h5_wrap(H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT), path, 0, err);
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

/* Frees, after `rc` of what came before. */
static int end_file(H5 *h5, int rc, Err *err)
{
    if (H5Fclose(h5->id) < 0 && rc == 0)
        rc = h5_fail(h5, NULL, "cannot be closed", err);
    free(h5->path);
    free(h5);
    return rc;
}

int h5_close(H5 *h5, Err *err)
{
    if (!h5)
        return 0;
    return end_file(h5, h5->writing ? write_image(h5, h5->path, err) : 0, err);
}

int h5_commit(H5 *h5, Err *err)
{
    OutFile out;
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
        end_file(h5, 0, NULL);
}

/* --- looking around --- */

int h5_has(H5 *h5, const char *name)
{
    if (!strcmp(name, "/"))
        return 1;
    /* HDF5 requires every group on the way to exist. */
    char part[256];
    for (const char *p = name + (*name == '/');; p++) {
        p += strcspn(p, "/");
        size_t n = (size_t)(p - name);
        if (n >= sizeof part)
            return 0;
        memcpy(part, name, n);
        part[n] = '\0';
        if (H5Lexists(h5->id, part, H5P_DEFAULT) <= 0)
            return 0;
        if (!*p)
            return H5Oexists_by_name(h5->id, name, H5P_DEFAULT) > 0;
    }
}

bool h5_broken_link(H5 *h5, const char *name, char *target, size_t room)
{
    enum { VALUE = 4096 };
    const char *file, *object;
    char value[VALUE] = "";
    H5L_info_t link;
    unsigned flags;
    bool broken = false;
    if (!h5_has(h5, name) && H5Lget_info(h5->id, name, &link, H5P_DEFAULT) >= 0 && link.u.val_size < VALUE &&
        H5Lget_val(h5->id, name, value, VALUE, H5P_DEFAULT) >= 0) {
        broken = true;
        if (link.type == H5L_TYPE_EXTERNAL &&
            H5Lunpack_elink_val(value, link.u.val_size, &flags, &file, &object) >= 0)
            snprintf(target, room, "'%s' of %s", object, file);
        else
            snprintf(target, room, "'%s'", value);
    }
    H5Eclear2(H5E_DEFAULT);
    return broken;
}

int64_t h5_open_set(H5 *h5, const char *name, Err *err)
{
    H5O_info_t about;
    char target[512];
    if (h5_broken_link(h5, name, target, sizeof target))
        return err_set(err, "%s: '%s' is a link to %s, which is not there", h5->path, name, target);
    if (!h5_has(h5, name))
        return err_set(err, "%s: no dataset '%s'", h5->path, name);
    if (H5Oget_info_by_name(h5->id, name, &about, H5P_DEFAULT) < 0 || about.type != H5O_TYPE_DATASET)
        return err_set(err, "%s: '%s' is not a dataset", h5->path, name);
    hid_t set = H5Dopen2(h5->id, name, H5P_DEFAULT);
    return set >= 0 ? set : h5_fail(h5, name, "cannot be opened", err);
}

static void describe_type(hid_t type, H5Info *info)
{
    unsigned bits = (unsigned)H5Tget_size(type) * 8;
    switch (H5Tget_class(type)) {
    case H5T_INTEGER:
        info->kind = H5_INTEGERS;
        snprintf(info->type, sizeof info->type, "%s%u", H5Tget_sign(type) == H5T_SGN_NONE ? "uint" : "int", bits);
        break;
    case H5T_FLOAT:
        info->kind = H5_FLOATS;
        snprintf(info->type, sizeof info->type, "float%u", bits);
        break;
    case H5T_STRING:
        info->kind = H5_STRINGS;
        snprintf(info->type, sizeof info->type, "string");
        break;
    default:
        info->kind = H5_OTHER;
        snprintf(info->type, sizeof info->type, "other");
    }
}

/* Names the layout and its filters; fails if HDF5 lacks a filter that reading needs. */
static int describe_layout(H5 *h5, const char *name, hid_t plan, H5Info *info, Err *err)
{
    H5D_layout_t layout = H5Pget_layout(plan);
    int n = layout == H5D_CHUNKED ? H5Pget_nfilters(plan) : 0;
    snprintf(info->layout, sizeof info->layout, "%s",
             layout == H5D_CHUNKED   ? "chunked"
             : layout == H5D_VIRTUAL ? "virtual"
                                     : "contiguous");
    for (int i = 0; i < n; i++) {
        char filter[24] = "";
        size_t values = 0;
        H5Z_filter_t id = H5Pget_filter2(plan, (unsigned)i, NULL, &values, NULL, sizeof filter, filter, NULL);
        if (H5Zfilter_avail(id) <= 0)
            return err_set(err, "%s: %s: the HDF5 library lacks its filter '%s' (%d); store it with gzip", h5->path,
                           name, filter, (int)id);
        const char *label = id == H5Z_FILTER_DEFLATE ? "gzip" : id == H5Z_FILTER_SHUFFLE ? "shuffle" : filter;
        size_t at = strlen(info->layout);
        snprintf(info->layout + at, sizeof info->layout - at, ", %s", label);
    }
    return 0;
}

int h5_describe(H5 *h5, const char *name, int64_t set, H5Info *info, Err *err)
{
    hsize_t dims[H5S_MAX_RANK];
    hid_t type = H5Dget_type(set), space = H5Dget_space(set), plan = H5Dget_create_plist(set);
    int rc = -1;
    memset(info, 0, sizeof *info);
    describe_type(type, info);
    info->rank = H5Sget_simple_extent_ndims(space);
    info->stored_bytes = (int64_t)H5Dget_storage_size(set);
    if (info->rank < 0 || info->rank > H5_MAX_RANK) {
        err_set(err, "%s: %s: %d dimensions", h5->path, name, info->rank);
    } else {
        H5Sget_simple_extent_dims(space, dims, NULL);
        for (int i = 0; i < info->rank; i++)
            info->dim[i] = (int64_t)dims[i];
        rc = describe_layout(h5, name, plan, info, err);
    }
    H5Pclose(plan);
    H5Sclose(space);
    H5Tclose(type);
    return rc;
}

int h5_info(H5 *h5, const char *name, H5Info *info, Err *err)
{
    hid_t set = h5_open_set(h5, name, err);
    if (set < 0)
        return -1;
    int rc = h5_describe(h5, name, set, info, err);
    H5Dclose(set);
    return rc;
}

void h5_squeeze(H5Info *info, int rank)
{
    for (int i = info->rank - 1; i > 0 && info->rank > rank; i--)
        if (info->dim[i] == 1) {
            info->rank--;
            memmove(info->dim + i, info->dim + i + 1, (size_t)(info->rank - i) * sizeof *info->dim);
        }
}

typedef struct {
    int (*fn)(void *ctx, const char *name, int is_dataset);
    void *ctx;
    int failed; /* fn did, and has said why */
} Each;

static herr_t each_link(hid_t group, const char *name, const H5L_info_t *link, void *ctx)
{
    Each *each = ctx;
    H5O_info_t about;
    (void)link;
    int known = H5Oget_info_by_name(group, name, &about, H5P_DEFAULT) >= 0;
    each->failed = each->fn(each->ctx, name, known && about.type == H5O_TYPE_DATASET);
    return each->failed ? -1 : 0;
}

int h5_each(H5 *h5, const char *group, int (*fn)(void *ctx, const char *name, int is_dataset), void *ctx, Err *err)
{
    Each each = {fn, ctx, 0};
    hid_t id = h5_has(h5, group) ? H5Gopen2(h5->id, group, H5P_DEFAULT) : -1;
    if (id < 0)
        return err_set(err, "%s: no group '%s'", h5->path, group);
    int rc = H5Literate(id, H5_INDEX_NAME, H5_ITER_INC, NULL, each_link, &each) < 0;
    H5Gclose(id);
    return each.failed ? -1 : rc ? h5_fail(h5, group, "cannot be read", err) : 0;
}
