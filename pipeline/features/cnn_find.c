#include "pipeline/features/cnn_find.h"

#include "io/file/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* As io/net/cache.h. */
static char *cache_dir(void)
{
    const char *own = getenv("COCO_CACHE"), *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    return own && *own          ? strdup(own)
           : xdg && *xdg == '/' ? path_join(xdg, "coco")
           : home && *home      ? path_join(home, ".cache/coco")
                                : NULL;
}

char *cnn_find(const char *name, Err *err)
{
    const char *dot = strrchr(name, '.');
    char *dir = NULL, *path = NULL;
    if (strchr(name, '/') || access(name, F_OK) == 0) {
        if (!(path = strdup(name)))
            err_set(err, "out of memory");
        return path;
    }
    if ((dir = cache_dir()) &&
        asprintf(&path, "%s/cnn/%s%s", dir, name, dot && !strcmp(dot, ".onnx") ? "" : ".onnx") < 0)
        path = NULL;
    free(dir);
    if (path && access(path, F_OK) == 0)
        return path;
    err_set(err, "%s: no such file, nor a network of that name in the cache", name);
    free(path);
    return NULL;
}
