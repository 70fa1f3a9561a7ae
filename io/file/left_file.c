#include "io/file/left_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A descriptor; -1 with errno. *made: nothing was there. What is there may be removed meanwhile. */
static int open_or_make(const char *path, int *made)
{
    enum { TRIES = 100 };
    int fd = -1;
    errno = ENOENT;
    for (int i = 0; i < TRIES && fd < 0 && errno == ENOENT; i++) {
        fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
        *made = fd >= 0;
        if (fd < 0 && errno == EEXIST)
            fd = open(path, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
        else if (fd < 0)
            break;
    }
    return fd;
}

int left_file_open(const char *path, Err *err)
{
    struct stat st;
    int why = EEXIST, made, fd = open_or_make(path, &made);
    if (fd < 0 || (!made && fstat(fd, &st))) {
        why = errno;
        err_set(err, "%s: %s", path, strerror(why));
    } else if (!made && (!S_ISREG(st.st_mode) || st.st_uid != geteuid() || st.st_nlink > 1)) {
        err_set(err, "%s: is in the way: it is not a file that you alone have left there", path);
    } else {
        return fd;
    }
    if (fd >= 0)
        close(fd);
    errno = why;
    return -1;
}
