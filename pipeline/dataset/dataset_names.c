#include "pipeline/dataset/dataset_names.h"

#include "io/base/err.h"
#include "io/file/file.h"

#include <ctype.h>
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

const char dataset_marker[] = "coco2014_captions.h5";

static const char images[] = "images";

/* A file of a split S: S2014_urls.txt. */
static int is_of_split(const char *name)
{
    static const char *const suffix[] = {"2014_vgg16_fc7_pca.h5", "2014_vgg16_fc7.h5", "2014_urls.txt",
                                         "2014_images.txt"};
    size_t n = strlen(name), split = 0;
    for (size_t i = 0; i < sizeof suffix / sizeof *suffix && !split; i++) {
        size_t m = strlen(suffix[i]);
        if (n > m && !strcmp(name + n - m, suffix[i]))
            split = n - m;
    }
    for (size_t i = 0; i < split; i++)
        if (!isalnum((unsigned char)name[i]) && name[i] != '_' && name[i] != '-')
            return 0;
    return split > 0;
}

static int is_top_file(const char *name)
{
    return !strcmp(name, dataset_marker) || !strcmp(name, "coco2014_vocab.json") || !strcmp(name, "README.txt") ||
           is_of_split(name);
}

/* "images/a/b.jpg"; not "images/._b.jpg", which macOS adds. */
static int is_picture(const char *name)
{
    static const char *const suffix[] = {".jpg", ".jpeg", ".png", ".gif", ".bmp", ".ppm", ".webp"};
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
