#include "io/file/sync.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int sync_path(const char *path, int flags, int (*sync)(int fd))
{
    int fd = open(path, flags | O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    int rc = sync(fd), saved = errno;
    close(fd);
    errno = saved;
    return rc;
}

int sync_file(const char *path)
{
    return sync_path(path, 0, fsync);
}

int sync_tree(const char *path)
{
    return sync_path(path, O_DIRECTORY, syncfs);
}

void sync_dir(const char *path)
{
    (void)sync_path(path, O_DIRECTORY, fsync);
}

void sync_parent(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *dir = slash ? strndup(path, slash == path ? 1 : (size_t)(slash - path)) : strdup(".");
    if (dir)
        sync_dir(dir);
    free(dir);
}
