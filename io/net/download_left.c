/* What downloads leave behind: known for what it is, and forgotten. */
#include "io/net/download.h"

#include "io/net/download_origin.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

int download_left(const char *path)
{
    Origin origin = {.url = NULL};
    char *name;
    if (asprintf(&name, "%s.json", path) < 0)
        return 0;
    origin_load(&origin, name);
    int known = origin.url != NULL;
    origin_clear(&origin);
    free(name);
    return known;
}

/* The part's descriptor, locked; -1: there is none. False: another process is writing to it. */
static bool lock_part(const char *part, int *fd)
{
    *fd = open(part, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (*fd < 0 || flock(*fd, LOCK_EX | LOCK_NB) == 0)
        return true;
    close(*fd);
    return false;
}

void download_forget(const char *path)
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
