#include "io/file/remove_tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PASSES_MAX = 1000 };

static void remove_in(int dir, const char *name, dev_t device, int depth);

/* Removes what one reading of the directory gives, and counts it. */
static int empty_once(int fd, dev_t device, int depth)
{
    _Alignas(struct dirent64) char entries[4096];
    int removed = 0;
    ssize_t n;
    if (lseek(fd, 0, SEEK_SET))
        return 0;
    while ((n = getdents64(fd, entries, sizeof entries)) > 0)
        for (ssize_t at = 0; at < n;) {
            struct dirent64 *e = (struct dirent64 *)(void *)(entries + at);
            at += e->d_reclen;
            if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
                continue;
            if (unlinkat(fd, e->d_name, 0) && depth > 0)
                remove_in(fd, e->d_name, device, depth - 1);
            removed += faccessat(fd, e->d_name, F_OK, AT_SYMLINK_NOFOLLOW) != 0;
        }
    return removed;
}

/* Others may still be adding to it: it is read until nothing is left. */
static void remove_open(int dir, const char *name, int fd, dev_t device, int depth)
{
    for (int i = 0; i < PASSES_MAX && unlinkat(dir, name, AT_REMOVEDIR); i++)
        if (!empty_once(fd, device, depth))
            break;
}

/* A directory, if it is on this device. */
static void remove_in(int dir, const char *name, dev_t device, int depth)
{
    struct stat st;
    int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return;
    if (fstat(fd, &st) == 0 && st.st_dev == device)
        remove_open(dir, name, fd, device, depth);
    close(fd);
}

void remove_tree(int dir, const char *name, int depth)
{
    struct stat st;
    if (unlinkat(dir, name, 0) && fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0)
        remove_in(dir, name, st.st_dev, depth);
}

void remove_open_tree(int dir, const char *name, int fd, int depth)
{
    struct stat st;
    if (fstat(fd, &st) == 0)
        remove_open(dir, name, fd, st.st_dev, depth);
}
