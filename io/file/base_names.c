#include "io/file/base_names.h"

#include "io/file/dir_next.h"
#include "io/file/file.h"
#include "io/file/sniff.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { DEPTH_MAX = 64 }; /* folders in folders */

static int add(BaseNames *b, const char *name, const char *path, Err *err)
{
    int32_t known = hash_count(b->names);
    if ((known & (known - 1)) == 0) { /* a power of 2: full */
        char **grown = realloc(b->path, (known ? 2 * (size_t)known : 1) * sizeof *grown);
        if (!grown)
            return err_set(err, "out of memory");
        b->path = grown;
    }
    int32_t number = hash_add(b->names, name, strlen(name));
    if (number < 0)
        return err_set(err, "out of memory");
    if (number < known)
        free(b->path[number]);
    b->path[number] = number < known ? NULL : strdup(path);
    return number < known || b->path[number] ? 0 : err_set(err, "out of memory");
}

static int walk(BaseNames *b, const char *dir, const char *below, int depth, Err *err);

/* `below`: the path of the name's folder below the directory; NULL: the directory itself. */
static int take(BaseNames *b, const char *dir, const char *below, const char *name, int depth, Err *err)
{
    struct stat st;
    char *path = path_join(below, name), *whole = path ? path_join(dir, path) : NULL;
    int rc = whole ? 0 : err_set(err, "out of memory");
    if (whole && !lstat(whole, &st)) { /* else it has just gone */
        if (S_ISDIR(st.st_mode))
            rc = walk(b, dir, path, depth + 1, err);
        else if (S_ISREG(st.st_mode) && sniff_picture_name(name))
            rc = add(b, name, path, err);
    }
    free(whole);
    free(path);
    return rc;
}

static int walk(BaseNames *b, const char *dir, const char *below, int depth, Err *err)
{
    const char *name;
    char *whole = path_join(dir, below ? below : ".");
    DIR *d = whole ? opendir(whole) : NULL;
    int more = 1, rc = d || errno == EACCES || errno == ENOENT ? 0 : -1;
    if (rc)
        err_set(err, "%s: %s", below ? below : dir, strerror(errno));
    if (depth > DEPTH_MAX)
        rc = err_set(err, "%s: more than %d folders in one another", below, DEPTH_MAX);
    while (d && rc == 0 && (more = dir_next(d, &name)) > 0)
        if (*name != '.')
            rc = take(b, dir, below, name, depth, err);
    if (more < 0)
        rc = err_set(err, "%s: %s", below ? below : dir, strerror(errno));
    if (d)
        closedir(d);
    free(whole);
    return rc;
}

int base_names_read(BaseNames *b, const char *dir, Err *err)
{
    *b = (BaseNames){.names = hash_new()};
    return b->names ? walk(b, dir, NULL, 0, err) : err_set(err, "out of memory");
}

void base_names_free(BaseNames *b)
{
    int32_t n = b->names ? hash_count(b->names) : 0;
    for (int32_t i = 0; b->path && i < n; i++)
        free(b->path[i]);
    free(b->path);
    hash_free(b->names);
    *b = (BaseNames){0};
}

BaseNameFound base_names_find(const BaseNames *b, const char *name, const char **path)
{
    int32_t number = hash_find(b->names, name, strlen(name));
    *path = number < 0 ? NULL : b->path[number];
    return number < 0 ? BASE_NAME_NONE : *path ? BASE_NAME_ONE : BASE_NAME_SEVERAL;
}
