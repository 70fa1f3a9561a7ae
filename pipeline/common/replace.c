#include "pipeline/common/replace.h"

#include "io/file/sniff.h"
#include "io/hdf5/h5.h"

#include <sys/stat.h>

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
    if (sniff_picture_name(path))
        return refuse(path, "is a picture", "", err);
    H5 *h5 = h5_open(path, &why);
    int has = h5 ? h5_has(h5, array, &why) : 1;
    h5_close(h5, NULL);
    return has ? 0 : refuse(path, "is an HDF5 file without the array ", array, err);
}
