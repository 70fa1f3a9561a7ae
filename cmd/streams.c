/* The standard streams of a process that was started without some of them ("<&-", ">&-"). */
#include "cmd/cli.h"

#include <fcntl.h>
#include <unistd.h>

/* A stream that is used although it was closed is an error, as it would be without us: standard input can only be
 * written, the others can only be read. Opened again by its name (/dev/stdout), standard output is a full disk. */
void cli_occupy_streams(void)
{
    static const struct {
        const char *path;
        int mode;
    } PLACE[] = {{"/dev/null", O_WRONLY}, {"/dev/full", O_RDONLY}, {"/dev/null", O_RDONLY}};
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) >= 0)
            continue;
        /* open takes the lowest free number, which is this one. Without devices, any place will do that cannot be
         * used. */
        if (open(PLACE[fd].path, PLACE[fd].mode) < 0)
            (void)!open("/", O_PATH | O_DIRECTORY);
    }
}
