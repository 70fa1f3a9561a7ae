#include "pipeline/dataset/dataset_names.h"

#include "io/base/err.h"
#include "io/data/dataset_files.h"
#include "io/file/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
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
    /* Those that io/picture decodes. */
    static const char *const suffix[] = {".jpg", ".jpeg", ".png",  ".gif",  ".bmp",  ".pgm", ".ppm",
                                         ".pnm", ".webp", ".heic", ".heif", ".avif", ".tif", ".tiff"};
    size_t n = strlen(images);
    if (strncmp(name, images, n) || name[n] != '/')
        return 0;
    const char *base = strrchr(name, '/') + 1, *dot = strrchr(base, '.');
    for (size_t i = 0; base[0] != '.' && dot && i < sizeof suffix / sizeof *suffix; i++)
        if (!strcasecmp(dot, suffix[i]))
            return 1;
    return 0;
}

int dataset_has_file(const char *name)
{
    return is_top_file(name) || is_picture(name);
}

enum { DEPTH_MAX = 16 }; /* of directories below images/ */

/* Whether everything below a directory belongs to a dataset. `below` is the directory's name relative to the dataset, "" or
 * "images/train/". */
static int check_own(const char *dir, const char *below, int depth, Err *err)
{
    DIR *d = opendir(dir);
    struct dirent *e;
    int rc = 0;
    if (!d)
        return errno == ENOENT && !depth ? 0 : err_set(err, "%s: %s", dir, strerror(errno));
    while (rc == 0 && (e = readdir(d))) {
        struct stat st;
        char name[PATH_MAX];
        if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
            continue;
        int n = snprintf(name, sizeof name, "%s%s", below, e->d_name);
        bool known = n < (int)sizeof name - 1 && !fstatat(dirfd(d), e->d_name, &st, AT_SYMLINK_NOFOLLOW);
        bool inner = known && S_ISDIR(st.st_mode) && depth < DEPTH_MAX && (depth || !strcmp(name, images));
        if (inner) {
            char *path = path_join(dir, e->d_name);
            memcpy(name + n, "/", 2);
            rc = path ? check_own(path, name, depth + 1, err) : err_set(err, "out of memory");
            free(path);
        } else if (!known || !S_ISREG(st.st_mode) || !dataset_has_file(name)) {
            rc = err_set(err, "%s: holds '%s', which does not belong to a dataset; left untouched", dir, e->d_name);
        }
    }
    closedir(d);
    return rc;
}

int dataset_check_own(const char *dir, Err *err)
{
    return check_own(dir, "", 0, err);
}
