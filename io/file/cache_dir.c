#include "io/file/cache_dir.h"

#include "io/file/file.h"

#include <stdlib.h>
#include <string.h>

char *cache_dir(Err *err)
{
    const char *own = getenv("COCO_CACHE"), *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    char *dir;
    if (own && *own)
        dir = strdup(own);
    else if (xdg && xdg[0] == '/')
        dir = path_join(xdg, "coco");
    else if (home && *home)
        dir = path_join(home, ".cache/coco");
    else {
        err_set(err, "no cache directory: neither COCO_CACHE nor HOME is set");
        return NULL;
    }
    if (!dir)
        err_set(err, "out of memory");
    return dir;
}
