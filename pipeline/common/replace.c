#include "pipeline/common/replace.h"

#include "io/hdf5/h5.h"

#include <sys/stat.h>

int replace_check(const char *path, const char *array, Err *err)
{
    struct stat st;
    if (stat(path, &st) || !S_ISREG(st.st_mode) || !st.st_size)
        return 0;
    H5 *h5 = h5_open(path, err);
    int has = h5 ? h5_has(h5, array, err) : -1;
    h5_close(h5, NULL);
    if (has > 0)
        return 0;
    if (has == 0)
        err_set(err, "%s: exists, and has no '%s'", path, array);
    return err_set(err, "%s; remove it, or give another name", err->text);
}
