/* Looking around in a file that is open for reading. Runs in the process that h5_cage.c starts. */
#include "io/base/err.h"
#include "io/hdf5/h5_lib.h"

#include <hdf5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The first file besides this one that holds some of the dataset's numbers. */
static int refuse_elsewhere(const H5 *h5, const char *name, hid_t plan, Err *err)
{
    char file[H5_NAME_LEN] = "";
    const char *what = NULL;
    off_t offset;
    hsize_t size;
    if (H5Pget_layout(plan) == H5D_VIRTUAL) {
        what = "is a virtual dataset";
        H5Pget_virtual_filename(plan, 0, file, sizeof file);
    } else if (H5Pget_external_count(plan) > 0) {
        what = "keeps its values in another file";
        H5Pget_external(plan, 0, sizeof file, file, &offset, &size);
    }
    file[sizeof file - 1] = '\0';
    if (!what || h5_external_allowed())
        return 0;
    return err_set(err, "%s: %s: %s, of %s%s", h5->path, name, what, *file ? file : "?",
                   lib_source_exists(h5, file) ? "; --allow-external reads it" : ", which is not there");
}

int64_t lib_open_set(H5 *h5, const char *name, Err *err)
{
    H5O_info_t about;
    int there = lib_has(h5, name, err);
    if (there <= 0)
        return there < 0 ? -1 : err_set(err, "%s: no dataset '%s'", h5->path, name);
    if (H5Oget_info_by_name(h5->id, name, &about, H5P_DEFAULT) < 0 || about.type != H5O_TYPE_DATASET)
        return err_set(err, "%s: '%s' is not a dataset", h5->path, name);
    hid_t set = H5Dopen2(h5->id, name, H5P_DEFAULT);
    if (set < 0)
        return h5_fail(h5, name, "cannot be opened", err);
    hid_t plan = H5Dget_create_plist(set);
    int rc = plan < 0 ? h5_fail(h5, name, "cannot be opened", err) : refuse_elsewhere(h5, name, plan, err);
    if (plan >= 0)
        H5Pclose(plan);
    if (rc == 0)
        return set;
    H5Dclose(set);
    return -1;
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
    const char *label = layout == H5D_CHUNKED ? "chunked" : layout == H5D_VIRTUAL ? "virtual" : "contiguous";
    snprintf(info->layout, sizeof info->layout, "%s", label);
    for (int i = 0; i < n; i++) {
        char filter[24] = "";
        size_t values = 0;
        H5Z_filter_t id = H5Pget_filter2(plan, (unsigned)i, NULL, &values, NULL, sizeof filter, filter, NULL);
        if (H5Zfilter_avail(id) <= 0)
            return err_set(err, "%s: %s: the HDF5 library lacks its filter '%s' (%d); store it with gzip", h5->path,
                           name, filter, (int)id);
        label = id == H5Z_FILTER_DEFLATE ? "gzip" : id == H5Z_FILTER_SHUFFLE ? "shuffle" : filter;
        size_t at = strlen(info->layout);
        snprintf(info->layout + at, sizeof info->layout - at, ", %s", label);
    }
    return 0;
}

int lib_describe(H5 *h5, const char *name, int64_t set, H5Info *info, Err *err)
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

int lib_info(H5 *h5, const char *name, H5Info *info, Err *err)
{
    hid_t set = lib_open_set(h5, name, err);
    if (set < 0)
        return -1;
    int rc = lib_describe(h5, name, set, info, err);
    H5Dclose(set);
    return rc;
}

typedef struct {
    const H5 *h5;
    int (*fn)(void *ctx, const char *name, int is_dataset);
    void *ctx;
    Err *err;
    int failed; /* err says why */
} Each;

static herr_t each_link(hid_t group, const char *name, const H5L_info_t *link, void *ctx)
{
    Each *each = ctx;
    H5O_info_t about;
    /* A link to another file is listed and not followed; a soft one may lead nowhere. */
    int known = (link->type != H5L_TYPE_EXTERNAL || h5_external_allowed()) &&
                H5Oget_info_by_name(group, name, &about, H5P_DEFAULT) >= 0;
    if (!known && link->type == H5L_TYPE_HARD)
        each->failed = h5_fail(each->h5, name, "cannot be read", each->err); /* it must not look absent */
    else
        each->failed = each->fn(each->ctx, name, known && about.type == H5O_TYPE_DATASET);
    return each->failed ? -1 : 0;
}

int lib_each(H5 *h5, const char *group, int (*fn)(void *ctx, const char *name, int is_dataset), void *ctx, Err *err)
{
    Each each = {h5, fn, ctx, err, 0};
    int there = lib_has(h5, group, err);
    hid_t id = there > 0 ? H5Gopen2(h5->id, group, H5P_DEFAULT) : -1;
    if (id < 0)
        return there < 0 ? -1 : err_set(err, "%s: no group '%s'", h5->path, group);
    int rc = H5Literate(id, H5_INDEX_NAME, H5_ITER_INC, NULL, each_link, &each) < 0;
    H5Gclose(id);
    return each.failed ? -1 : rc ? h5_fail(h5, group, "cannot be read", err) : 0;
}
