#include "pipeline/common/replace.h"

#include "io/file/file.h"
#include "io/hdf5/h5.h"

#include <string.h>
#include <strings.h>
#include <sys/stat.h>

/* Whether the name has no suffix, or that of an HDF5 file. */
static bool may_be_hdf5(const char *path)
{
    const char *slash = strrchr(path, '/'), *dot = strrchr(slash ? slash : path, '.');
    return !dot || !strcasecmp(dot, ".h5") || !strcasecmp(dot, ".hdf5");
}

static int refuse(const char *path, const char *why, const char *array, Err *err)
{
    return err_set(err, "%s: exists, and %s%s; remove it, or give another name", path, why, array);
}

int replace_check(const char *path, const char *array, Err *err)
{
    struct stat st;
    Err why;
    if (stat(path, &st) || !S_ISREG(st.st_mode) || !st.st_size)
        return 0;
    if (!may_be_hdf5(path))
        return refuse(path, "is not named as an HDF5 file", "", err);
    H5 *h5 = h5_open(path, &why);
    int has = h5 ? h5_has(h5, array, &why) : 1;
    h5_close(h5, NULL);
    if (has < 0)
        return err_set(err, "%s", why.text);
    return has ? 0 : refuse(path, "is an HDF5 file without the array ", array, err);
}

int replace_check_inputs(const char *path, const char *const *inputs, int n, Err *err)
{
    struct stat st;
    if (!path || !strcmp(path, "-") || stat(path, &st) || !S_ISREG(st.st_mode))
        return 0;
    for (int i = 0; i < n; i++)
        if (inputs[i] && strcmp(inputs[i], "-") && path_same(path, inputs[i]))
            return err_set(err, "%s: is read, and would be replaced", path);
    return 0;
}
