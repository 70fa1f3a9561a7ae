/* What downloads leave on the disk: recognised, and removed. */
#include "io/net/download.h"

#include "io/net/download_origin.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

bool download_exists(const char *path)
{
    DownloadOrigin origin = {.url = NULL};
    char *name;
    if (asprintf(&name, "%s.json", path) < 0)
        return false;
    origin_load(&origin, name);
    bool known = origin.url != NULL;
    origin_clear(&origin);
    free(name);
    return known;
}

/* Locks the part; *fd is its descriptor, or -1 if there is no part. False: another process is writing to it. */
static bool lock_part(const char *part, int *fd)
{
    *fd = open(part, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (*fd < 0 || flock(*fd, LOCK_EX | LOCK_NB) == 0)
        return true;
    close(*fd);
    return false;
}

void download_remove(const char *path)
{
    static const char *const suffix[] = {"", ".json", ".json.part"};
    char *part, *name;
    int fd;
    if (asprintf(&part, "%s.part", path) < 0)
        return;
    if (lock_part(part, &fd)) {
        for (int i = 0; i < 3; i++)
            if (asprintf(&name, "%s%s", path, suffix[i]) >= 0) {
                unlink(name);
                free(name);
            }
        unlink(part);
        if (fd >= 0)
            close(fd);
    }
    free(part);
}
