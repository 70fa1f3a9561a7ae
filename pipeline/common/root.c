#include "pipeline/common/root.h"

#include "io/file/file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int root_open(Root *root, const char *dir, Err *err)
{
    *root = (Root){.real = realpath(dir, NULL)};
    if (!root->real)
        return err_set(err, "%s: %s", dir, strerror(errno));
    root->given = path_absolute(dir);
    return root->given ? 0 : err_set(err, "out of memory");
}

void root_close(Root *root)
{
    free(root->real);
    free(root->given);
    *root = (Root){NULL, NULL};
}

/* Whether the absolute path leads into the directory by its words, which have no "..". */
static bool is_below(const char *path, const char *dir)
{
    size_t n = strlen(dir);
    while (n && dir[n - 1] == '/')
        n--;
    const char *rest = path + n;
    if (strncmp(path, dir, n) != 0 || *rest != '/')
        return false;
    return !path_escapes(rest + strspn(rest, "/"));
}

bool root_holds(const Root *root, const char *path, const char *real)
{
    return root->real && (is_below(real, root->real) || is_below(path, root->real) || is_below(path, root->given));
}
