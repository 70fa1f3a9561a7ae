#include "io/file/attributes.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

/* The kernel's limits on the list of names, and on a value. */
enum { LIST_MAX = 65536, VALUE_MAX = 65536 };

/* Access lists are among them. */
static void copy_extended(const char *from, const char *to)
{
    char *names = malloc(LIST_MAX), *value = malloc(VALUE_MAX);
    ssize_t n = names && value ? listxattr(from, names, LIST_MAX) : 0;
    for (ssize_t at = 0; at < n; at += (ssize_t)strlen(names + at) + 1) {
        ssize_t len = getxattr(from, names + at, value, VALUE_MAX);
        if (len >= 0)
            (void)setxattr(to, names + at, value, (size_t)len, 0);
    }
    free(names);
    free(value);
}

int attributes_copy(const char *from, const char *to, bool times, Err *err)
{
    struct stat st, now;
    if (stat(from, &st) || stat(to, &now))
        return err_set(err, "%s: %s", from, strerror(errno));
    /* First the owner: a change of it clears bits of the mode. Who may not give files away may still set the group. */
    bool ours = now.st_uid == st.st_uid && now.st_gid == st.st_gid;
    if (!ours && chown(to, st.st_uid, st.st_gid) && chown(to, (uid_t)-1, st.st_gid))
        st.st_mode &= 0777; /* other people's set-user-ID bits would be ours */
    copy_extended(from, to);
    if (chmod(to, st.st_mode & 07777))
        return err_set(err, "%s: %s", to, strerror(errno));
    const struct timespec when[2] = {st.st_atim, st.st_mtim};
    if (times)
        (void)utimensat(AT_FDCWD, to, when, 0);
    return 0;
}
