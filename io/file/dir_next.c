#include "io/file/dir_next.h"

#include <errno.h>
#include <string.h>

int dir_next(DIR *dir, const char **name)
{
    const struct dirent *entry;
    do {
        errno = 0;
        entry = readdir(dir);
    } while (entry && (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..")));
    *name = entry ? entry->d_name : NULL;
    return entry ? 1 : errno ? -1 : 0;
}
