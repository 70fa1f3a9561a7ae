#include "pipeline/features/cnn_find.h"

#include "io/file/cache_dir.h"
#include "io/file/file.h"
#include "pipeline/features/cnn_list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *cnn_cache_path(const char *name, Err *err)
{
    const char *dot = strrchr(name, '.');
    char *path = NULL, *dir = cache_dir(err);
    if (!dir)
        return NULL;
    if (asprintf(&path, "%s/cnn/%s%s", dir, name, dot && !strcmp(dot, ".onnx") ? "" : ".onnx") < 0) {
        err_set(err, "out of memory");
        path = NULL;
    }
    free(dir);
    return path;
}

/* How to get a network that is not at `path`, where the cache would have it. */
static int missing(const char *name, const char *path, Err *err)
{
    const KnownCnn *known = cnn_list_find(name);
    if (!known)
        return err_set(err,
                       "%s: no such file, nor a network of that name in the cache; 'coco-fetch cnn' lists networks",
                       name);
    if (known->urls[0])
        return err_set(err,
                       "%s: the network is not in the cache (%s): 'coco-fetch cnn %s' downloads it, or --cnn "
                       "names its file",
                       name, path, known->name);
    return err_set(err,
                   "%s: the network is not in the cache (%s): 'scripts/setup photos%s%s' puts it there, or --cnn "
                   "names its file",
                   name, path, strcmp(known->name, CNN_DEFAULT) ? " " : "",
                   strcmp(known->name, CNN_DEFAULT) ? known->name : "");
}

char *cnn_find(const char *name, Err *err)
{
    char *path;
    int there = strchr(name, '/') ? 1 : file_exists(name, err);
    if (there < 0)
        return NULL;
    if (there) {
        if (!(path = strdup(name)))
            err_set(err, "out of memory");
        return path;
    }
    if (!(path = cnn_cache_path(name, err)) || (there = file_exists(path, err)) > 0)
        return path;
    if (there == 0)
        missing(name, path, err);
    free(path);
    return NULL;
}

static bool tried(const char *sha256)
{
    const KnownCnn *known = cnn_list_by_digest(sha256);
    return known && known->tried;
}

Cnn *cnn_open_named(const char *name, const CnnWish *wish, Err *err)
{
    CnnWish full = *wish;
    full.harmless = tried;
    char *path = cnn_find(name, err);
    if (!path)
        return NULL;
    const KnownCnn *known = strcmp(path, name) ? cnn_list_find(name) : NULL; /* a file here may be anything */
    if (known && !full.layer)
        full.layer = known->layer;
    if (known && !full.grid_layer)
        full.grid_layer = known->grid_layer;
    Cnn *cnn = cnn_open(path, &full, err);
    free(path);
    return cnn;
}
