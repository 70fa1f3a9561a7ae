/* Data that is not there, for which HDF5 gives fill values without a word. */
#include "io/base/err.h"
#include "io/file/file.h"
#include "io/hdf5/h5_lib.h"

#include <hdf5.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_ROOM = 4096, MAX_DEPTH = 8 /* virtual datasets of virtual datasets */ };

static int check_set(H5 *h5, const char *name, hid_t set, int depth, Err *err);

/* --- the source file of a virtual dataset, where HDF5 looks for it --- */

/* dir/name, or name alone without a dir, if a file is there. The caller frees. */
static char *in_dir(const char *dir, size_t len, const char *name)
{
    char *folder = len ? strndup(dir, len) : NULL, *path = path_join(folder, name);
    free(folder);
    if (path && file_exists(path, NULL) == 0) {
        free(path);
        path = NULL;
    }
    return path;
}

/* In the folders of HDF5_VDS_PREFIX. That of the file itself, ${ORIGIN}, is looked into anyway. */
static char *in_prefixes(const char *name)
{
    const char *p = getenv("HDF5_VDS_PREFIX");
    char *found = NULL;
    for (size_t n; p && *p && !found; p += n + (p[n] == ':')) {
        n = strcspn(p, ":");
        found = n ? in_dir(p, n, name) : NULL;
    }
    return found;
}

static char *beside(const char *path, const char *name)
{
    const char *slash = strrchr(path, '/');
    return slash ? in_dir(path, (size_t)(slash - path) + (slash == path), name) : NULL;
}

/* An absolute name counts by its last part if it leads to nothing. */
static char *find_source(const H5 *h5, const char *name)
{
    const char *base = *name == '/' ? strrchr(name, '/') + 1 : name;
    char *found = *name == '/' ? in_dir(NULL, 0, name) : NULL, *real = NULL;
    if (!found)
        found = in_prefixes(base);
    if (!found)
        found = beside(h5->path, base);
    if (!found)
        found = in_dir(NULL, 0, base);
    if (!found && (real = realpath(h5->path, NULL)))
        found = beside(real, base);
    free(real);
    return found;
}

bool lib_source_exists(const H5 *h5, const char *file)
{
    char *path = find_source(h5, file);
    free(path);
    return path != NULL;
}

/* --- virtual datasets --- */

static int check_source_set(H5 *source, const char *set_name, int depth, Err *err)
{
    hid_t set = lib_open_set(source, set_name, err);
    if (set < 0)
        return -1;
    int rc = check_set(source, set_name, set, depth + 1, err);
    H5Dclose(set);
    return rc;
}

static int check_source(H5 *h5, const char *file, const char *set_name, int depth, Err *err)
{
    if (!strcmp(file, "."))
        return check_source_set(h5, set_name, depth, err);
    char *path = find_source(h5, file);
    if (!path)
        return err_set(err, "%s: no such file", file);
    H5 source = {.path = path, .id = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT)};
    int rc = source.id < 0 ? h5_open_fail(&source, err) : check_source_set(&source, set_name, depth, err);
    if (source.id >= 0)
        H5Fclose(source.id);
    free(path);
    return rc;
}

/* Checks each source once, where its mappings follow each other. Names with '%' stand for as many files as there
 * are. */
static int check_sources(H5 *h5, hid_t plan, int depth, Err *err)
{
    size_t n = 0;
    char *text = calloc(4, NAME_ROOM), *file = text, *set = text + NAME_ROOM;
    char *old_file = text + 2 * NAME_ROOM, *old_set = text + 3 * NAME_ROOM;
    int rc = text && H5Pget_virtual_count(plan, &n) >= 0 ? 0 : err_set(err, "its sources cannot be read");
    for (size_t i = 0; i < n && rc == 0; i++) {
        if (H5Pget_virtual_filename(plan, i, file, NAME_ROOM) < 0 ||
            H5Pget_virtual_dsetname(plan, i, set, NAME_ROOM) < 0)
            rc = err_set(err, "its source %zu cannot be read", i);
        else if (!strpbrk(file, "%") && !strpbrk(set, "%") && (strcmp(file, old_file) || strcmp(set, old_set)))
            rc = check_source(h5, file, set, depth, err);
        char *swap = old_file;
        old_file = file, file = swap;
        swap = old_set, old_set = set, set = swap;
    }
    free(text);
    return rc;
}

/* --- datasets --- */

/* External storage: of a missing file HDF5 says only that it cannot read. */
static int check_outside(const H5 *h5, const char *name, hid_t plan, Err *err)
{
    int n = getenv("HDF5_EXTFILE_PREFIX") ? 0 : H5Pget_external_count(plan);
    char file[NAME_ROOM] = "";
    off_t offset;
    hsize_t size;
    for (int i = 0; i < n; i++) {
        Err why;
        if (H5Pget_external(plan, (unsigned)i, sizeof file - 1, file, &offset, &size) < 0)
            continue;
        int there = file_exists(file, &why);
        if (there == 0)
            err_set(&why, "%.200s: no such file", file);
        if (there <= 0)
            return err_set(err, "%s: %s: keeps its values in another file: %s", h5->path, name, why.text);
    }
    return 0;
}

static int check_set(H5 *h5, const char *name, hid_t set, int depth, Err *err)
{
    hid_t space = H5Dget_space(set), plan = H5Dget_create_plist(set);
    H5D_space_status_t status;
    int rc = 0;
    if (depth > MAX_DEPTH) {
        rc = err_set(err, "%s: %s: too many virtual datasets in each other", h5->path, name);
    } else if (H5Sget_simple_extent_npoints(space) <= 0) {
        rc = 0;
    } else if (H5Pget_layout(plan) == H5D_VIRTUAL) {
        if (check_sources(h5, plan, depth, err))
            rc = err_prefix(err, "%s: %s: a virtual dataset without its source: ", h5->path, name);
    } else if (H5Pget_external_count(plan) > 0) {
        rc = check_outside(h5, name, plan, err);
    } else if (H5Dget_space_status(set, &status) >= 0 && status == H5D_SPACE_STATUS_NOT_ALLOCATED) {
        rc = err_set(err, "%s: %s: nothing was ever written to it", h5->path, name);
    }
    H5Pclose(plan);
    H5Sclose(space);
    return rc;
}

int lib_check_written(H5 *h5, const char *name, int64_t set, Err *err)
{
    return check_set(h5, name, set, 0, err);
}
