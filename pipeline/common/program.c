#include "pipeline/common/program.h"

#include "io/file/program_path.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void program_become(const char *name, char **argv, Err *err)
{
    enum { ROOM = 64 };
    static const char *const places[] = {"%s", "../libexec/coco/%s"};
    char path[PATH_MAX + ROOM];
    if (!program_path(path)) {
        execvp(name, argv);
        err_set(err, "%s, a part of this command: %s", name, strerror(errno));
        return;
    }
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        snprintf(strrchr(path, '/') + 1, ROOM, places[i], name);
        execv(path, argv);
        if (errno != ENOENT)
            break;
    }
    err_set(err, "%s, a part of this command: %s", path, strerror(errno));
}
