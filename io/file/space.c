#include "io/file/space.h"

#include "io/base/size.h"

#include <sys/statvfs.h>

int space_check(const char *path, int64_t need, const char *name, Err *err)
{
    struct statvfs fs;
    char wanted[SIZE_TEXT_LEN], there[SIZE_TEXT_LEN];
    if (statvfs(path, &fs) || fs.f_blocks == 0)
        return 0;
    int64_t have = (int64_t)(fs.f_bavail * fs.f_frsize);
    if (need <= have)
        return 0;
    return err_set(err, "%s: needs %s, but only %s are free", name, size_text(need, wanted),
                   size_text(have, there));
}
