#include "pipeline/dataset/dataset_names.h"

#include "io/base/err.h"
#include "io/data/dataset_files.h"
#include "io/file/dir_next.h"
#include "io/file/file.h"
#include "io/file/sniff.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char images[] = "images";

static int is_top_file(const char *name)
{
    DatasetFile kind;
    size_t split;
    return dataset_file_known(name, &kind, &split) || !strcmp(name, "README.txt");
}

/* "images/a/b.jpg"; not "images/._b.jpg", which macOS adds. */
static int is_picture(const char *name)
{
    size_t n = strlen(images);
    if (strncmp(name, images, n) || name[n] != '/')
        return 0;
    const char *base = strrchr(name, '/') + 1;
    return base[0] != '.' && sniff_picture_name(base);
}

int dataset_has_file(const char *name)
{
    return is_top_file(name) || is_picture(name);
}

enum { DEPTH_MAX = 16 }; /* of directories below images/ */

/* Whether everything below a directory belongs to a dataset. `below` is the directory's name relative to the dataset,
 * "" or "images/train/". */
static int check_own(const char *dir, const char *below, int depth, Err *err)
{
    DIR *d = opendir(dir);
    const char *entry;
    int rc = 0, more = 0;
    if (!d)
        return errno == ENOENT && !depth ? 0 : err_set(err, "%s: %s", dir, strerror(errno));
    while (rc == 0 && (more = dir_next(d, &entry)) > 0) {
        struct stat st;
        char name[PATH_MAX];
        int n = snprintf(name, sizeof name, "%s%s", below, entry);
        bool known = n < (int)sizeof name - 1 && !fstatat(dirfd(d), entry, &st, AT_SYMLINK_NOFOLLOW);
        bool inner = known && S_ISDIR(st.st_mode) && depth < DEPTH_MAX && (depth || !strcmp(name, images));
        if (inner) {
            char *path = path_join(dir, entry);
            memcpy(name + n, "/", 2);
            rc = path ? check_own(path, name, depth + 1, err) : err_set(err, "out of memory");
            free(path);
        } else if (!known || !S_ISREG(st.st_mode) || !dataset_has_file(name)) {
            rc = err_set(err, "%s: holds '%s', which does not belong to a dataset; left untouched", dir, entry);
        }
    }
    if (more < 0)
        rc = err_set(err, "%s: %s", dir, strerror(errno));
    closedir(d);
    return rc;
}

int dataset_check_own(const char *dir, Err *err)
{
    return check_own(dir, "", 0, err);
}
