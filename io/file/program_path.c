#include "io/file/program_path.h"

#include <stdlib.h>
#include <sys/auxv.h>
#include <unistd.h>

bool program_path(char path[PATH_MAX])
{
    ssize_t n = readlink("/proc/self/exe", path, PATH_MAX - 1);
    if (n > 0) {
        path[n] = '\0';
        return true;
    }
    const char *started = (const char *)getauxval(AT_EXECFN); // NOLINT(performance-no-int-to-ptr)
    return started && realpath(started, path);
}
