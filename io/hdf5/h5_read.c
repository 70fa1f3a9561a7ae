#include "io/base/err.h"
#include "io/hdf5/h5_lib.h"

#include <hdf5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- strings --- */

/* Splits fixed-width strings, padded with NULs or spaces. */
static int split_fixed(const char *bytes, size_t width, int spaces, char **out, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        const char *s = bytes + (size_t)i * width;
        size_t len = strnlen(s, width);
        while (spaces && len > 0 && s[len - 1] == ' ')
            len--;
        out[i] = strndup(s, len);
        if (!out[i])
            return -1;
    }
    return 0;
}

static int copy_variable(char *const *in, char **out, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        out[i] = strdup(in[i] ? in[i] : "");
        if (!out[i])
            return -1;
    }
    return 0;
}

/* Reads n strings of an open dataset or attribute: `read` wraps H5Dread or H5Aread. The type in memory is the file's,
 * because HDF5 does not convert between character sets. */
typedef herr_t (*ReadFn)(hid_t object, hid_t type, void *out);

static herr_t read_set(hid_t set, hid_t type, void *out)
{
    return H5Dread(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, out);
}

static int read_texts(hid_t object, hid_t type, hid_t space, ReadFn read, char **out, int64_t n)
{
    int variable = H5Tis_variable_str(type) > 0, rc = -1;
    size_t width = variable ? sizeof(char *) : H5Tget_size(type);
    char *raw = calloc(n ? (size_t)n : 1, width);
    if (raw && read(object, type, raw) >= 0) {
        rc = variable ? copy_variable((char *const *)(void *)raw, out, n)
                      : split_fixed(raw, width, H5Tget_strpad(type) == H5T_STR_SPACEPAD, out, n);
        if (variable)
            H5Dvlen_reclaim(type, space, H5P_DEFAULT, raw);
    }
    free(raw);
    return rc;
}

int lib_read_strings(H5 *h5, const char *name, char ***out, int64_t *n, Err *err)
{
    H5Info info;
    hid_t set = lib_open_set(h5, name, err);
    *out = NULL, *n = 0;
    if (set < 0)
        return -1;
    int rc = lib_describe(h5, name, set, &info, err);
    if (rc == 0 && (info.kind != H5_STRINGS || info.rank != 1))
        rc = err_set(err, "%s: %s: is not a list of strings", h5->path, name);
    if (rc == 0)
        rc = lib_check_written(h5, name, set, err);
    if (rc == 0) {
        hid_t type = H5Dget_type(set), space = H5Dget_space(set);
        *n = info.dim[0];
        *out = calloc(*n ? (size_t)*n : 1, sizeof **out);
        if (!*out || read_texts(set, type, space, read_set, *out, *n)) {
            rc = h5_fail(h5, name, "cannot be read", err);
            h5_free_strings(*out, *n);
            *out = NULL, *n = 0;
        }
        H5Sclose(space);
        H5Tclose(type);
    }
    H5Dclose(set);
    return rc;
}

/* --- attributes --- */

/* Opens a scalar attribute of the class: 1 with attr and type, which the caller closes; 0 if there is none; -1 if it is
 * of another kind. */
static int open_attr(H5 *h5, const char *object, const char *name, int wanted, hid_t *attr, hid_t *type, Err *err)
{
    int there = lib_has(h5, object, err);
    if (there <= 0)
        return there < 0 ? -1 : 0;
    htri_t attached = H5Aexists_by_name(h5->id, object, name, H5P_DEFAULT);
    if (attached < 0)
        h5_fail(h5, name, "cannot be read", err);
    if (attached <= 0)
        return attached < 0 ? -1 : 0;
    *attr = H5Aopen_by_name(h5->id, object, name, H5P_DEFAULT, H5P_DEFAULT);
    if (*attr < 0) {
        h5_fail(h5, name, "cannot be read", err);
        return -1;
    }
    hid_t space = H5Aget_space(*attr);
    hssize_t n = H5Sget_simple_extent_npoints(space);
    H5Sclose(space);
    if (n != wanted) {
        char want[16] = "one";
        if (wanted > 1)
            snprintf(want, sizeof want, "%d", wanted);
        H5Aclose(*attr);
        err_set(err, "%s: attribute '%s' holds %lld values, not %s", h5->path, name, (long long)n, want);
        return -1;
    }
    *type = H5Aget_type(*attr);
    return 1;
}

static int close_attr(hid_t attr, hid_t type, int rc)
{
    H5Tclose(type);
    H5Aclose(attr);
    return rc;
}

int lib_attr_text(H5 *h5, const char *object, const char *name, char **out, Err *err)
{
    hid_t attr, type;
    *out = NULL;
    int rc = open_attr(h5, object, name, 1, &attr, &type, err);
    if (rc <= 0)
        return rc;
    hid_t space = H5Aget_space(attr);
    if (H5Tget_class(type) != H5T_STRING)
        rc = err_set(err, "%s: attribute '%s' is not text", h5->path, name);
    else if (read_texts(attr, type, space, H5Aread, out, 1))
        rc = h5_fail(h5, name, "cannot be read", err);
    H5Sclose(space);
    return close_attr(attr, type, rc);
}

int lib_attr_int(H5 *h5, const char *object, const char *name, int64_t *out, Err *err)
{
    hid_t attr, type;
    int rc = open_attr(h5, object, name, 1, &attr, &type, err);
    if (rc <= 0)
        return rc;
    if (H5Tget_class(type) != H5T_INTEGER)
        rc = err_set(err, "%s: attribute '%s' is not an integer", h5->path, name);
    else if (H5Aread(attr, H5T_NATIVE_INT64, out) < 0)
        rc = h5_fail(h5, name, "cannot be read", err);
    return close_attr(attr, type, rc);
}

int lib_attr_reals(H5 *h5, const char *object, const char *name, int n, double *out, Err *err)
{
    hid_t attr, type;
    int rc = open_attr(h5, object, name, n, &attr, &type, err);
    if (rc <= 0)
        return rc;
    if (H5Tget_class(type) != H5T_FLOAT && H5Tget_class(type) != H5T_INTEGER)
        rc = err_set(err, "%s: attribute '%s' is not a number", h5->path, name);
    else if (H5Aread(attr, H5T_NATIVE_DOUBLE, out) < 0)
        rc = h5_fail(h5, name, "cannot be read", err);
    return close_attr(attr, type, rc);
}
