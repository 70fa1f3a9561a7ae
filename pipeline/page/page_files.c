#include "pipeline/page/page_files.h"

#include "io/base/digest.h"
#include "io/file/dir_next.h"
#include "io/file/file.h"
#include "io/file/outdir.h"
#include "io/file/sync.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DIGITS = 6, DIGEST_DIGITS = 12 };

typedef struct {
    char name[PICTURE_NAME_LEN];
    bool added; /* it was not in the directory before */
} Picture;

struct PageFiles {
    char *dir;        /* beside the page */
    OutDir scratch;   /* where pictures wait */
    int fd;           /* of `dir` while it is locked, or -1 */
    bool made;        /* `dir` was not there before; */
    bool marked;      /* nor was its marker */
    bool kept;        /* the page is in its place */
    Picture *picture; /* n of them are published, sorted by name */
    size_t n;
};

/* --- what is in the directory --- */

/* An empty file that marks the directory of a page. */
static const char MARKER[] = ".coco-render";

/* Whether the name is a picture's: 000001-5f1c09be7a21.jpg, or 000001.jpg, as earlier versions had it. */
static bool is_picture(const char *name)
{
    size_t n = strspn(name, "0123456789"), hex = name[n] == '-' ? strspn(name + n + 1, "0123456789abcdef") : 0;
    if (n < DIGITS || strlen(name) >= PICTURE_NAME_LEN)
        return false;
    return !strcmp(name + n, ".jpg") || (hex == DIGEST_DIGITS && !strcmp(name + n + 1 + hex, ".jpg"));
}

/* Fails if there is a directory that no page made, or one that holds anything that a page does not put there. */
static int check_replaceable(const char *path, Err *err)
{
    const char *name;
    int rc = 0, marked = 0, more = 0;
    if (dir_vacant(path))
        return 0;
    DIR *d = opendir(path);
    if (!d)
        return err_set(err, "%s: %s", path, strerror(errno));
    while (!rc && (more = dir_next(d, &name)) > 0) {
        bool mark = !strcmp(name, MARKER);
        marked |= mark;
        if (!mark && !is_picture(name))
            rc = err_set(err, "%s: is in the way: it contains '%.64s', which is not from an earlier page", path,
                         name);
    }
    if (more < 0)
        rc = err_set(err, "%s: %s", path, strerror(errno));
    closedir(d);
    return rc || marked ? rc : err_set(err, "%s: is in the way: it is not the directory of an earlier page", path);
}

/* --- open, add --- */

/* "sheet_files" for "sheet.html". The caller frees. */
static char *dir_of(const char *path)
{
    const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path, *dot = strrchr(base, '.');
    size_t stem = dot && dot != base ? (size_t)(dot - path) : strlen(path);
    char *name;
    return asprintf(&name, "%.*s_files", (int)stem, path) < 0 ? NULL : name;
}

PageFiles *page_files_open(const char *page, Err *err)
{
    PageFiles *files = calloc(1, sizeof *files);
    if (files) {
        files->fd = -1;
        files->dir = dir_of(page);
    }
    if (!files || !files->dir)
        err_set(err, "out of memory");
    else if (!check_replaceable(files->dir, err) && !outdir_begin(&files->scratch, files->dir, err))
        return files;
    page_files_free(files);
    return NULL;
}

const char *page_files_dir(const PageFiles *files)
{
    return files->dir;
}

int page_files_add(const PageFiles *files, int64_t i, const void *jpeg, size_t len, char name[PICTURE_NAME_LEN],
                   Err *err)
{
    char hex[DIGEST_LEN + 1];
    digest_hex(jpeg, len, hex);
    snprintf(name, PICTURE_NAME_LEN, "%0*" PRId64 "-%.*s.jpg", DIGITS, i + 1, DIGEST_DIGITS, hex);
    char *path = path_join(files->scratch.path, name);
    int rc = path ? file_put(path, jpeg, len, err) : err_set(err, "out of memory");
    free(path);
    return rc;
}

/* --- publish --- */

static int by_name(const void *a, const void *b)
{
    return strcmp(((const Picture *)a)->name, ((const Picture *)b)->name);
}

static int compare(const void *name, const void *picture)
{
    return strcmp(name, ((const Picture *)picture)->name);
}

/* Whether the open directory still has its name: who had the lock before may have removed it. */
static bool is_current(const PageFiles *files)
{
    struct stat held, now;
    return fstat(files->fd, &held) == 0 && stat(files->scratch.target, &now) == 0 && held.st_dev == now.st_dev &&
           held.st_ino == now.st_ino;
}

/* Opens the directory, which is made if need be, and locks it. A file system without locks does without. */
static int open_dir(PageFiles *files, Err *err)
{
    const char *dir = files->scratch.target;
    do {
        if (files->fd >= 0)
            close(files->fd);
        files->made = mkdir(dir, 0777) == 0;
        files->fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (files->fd < 0)
            return err_set(err, "%s: %s", files->dir, strerror(errno));
        while (flock(files->fd, LOCK_EX) && errno == EINTR)
            ;
    } while (!is_current(files));
    if (check_replaceable(dir, err)) /* it may have changed meanwhile */
        return -1;
    int marker = openat(files->fd, MARKER, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (marker < 0 && errno != EEXIST)
        return err_set(err, "%s: %s", files->dir, strerror(errno));
    files->marked = marker >= 0;
    if (marker >= 0)
        close(marker);
    return 0;
}

/* Lists the pictures that wait. */
static int list_pictures(PageFiles *files, Err *err)
{
    DIR *d = opendir(files->scratch.path);
    const char *name;
    size_t room = 0;
    int more = d ? 1 : -1;
    while (more > 0 && (more = dir_next(d, &name)) > 0) {
        if (!is_picture(name))
            continue;
        if (files->n == room) {
            Picture *grown = realloc(files->picture, (room = room ? 2 * room : 64) * sizeof *grown);
            if (!grown) {
                closedir(d);
                return err_set(err, "out of memory");
            }
            files->picture = grown;
        }
        Picture *picture = &files->picture[files->n++];
        picture->added = false;
        memcpy(picture->name, name, strlen(name) + 1);
    }
    int rc = more < 0 ? err_set(err, "%s: %s", files->scratch.path, strerror(errno)) : 0;
    if (d)
        closedir(d);
    if (rc)
        return rc;
    if (files->n)
        qsort(files->picture, files->n, sizeof *files->picture, by_name);
    return 0;
}

/* Moves the pictures that wait into the directory. Those that are there already are the same, or damaged. */
static int move_pictures(PageFiles *files, Err *err)
{
    struct stat st;
    int from = open(files->scratch.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc = from < 0 ? -1 : 0;
    for (size_t i = 0; i < files->n && !rc; i++) {
        Picture *picture = &files->picture[i];
        bool there = fstatat(files->fd, picture->name, &st, AT_SYMLINK_NOFOLLOW) == 0;
        rc = renameat(from, picture->name, files->fd, picture->name);
        picture->added = !rc && !there;
    }
    if (rc)
        err_set(err, "%s: %s", files->dir, strerror(errno));
    if (from >= 0)
        close(from);
    return rc;
}

int page_files_publish(PageFiles *files, Err *err)
{
    if (open_dir(files, err) || list_pictures(files, err))
        return -1;
    if (sync_tree(files->scratch.path))
        return err_set(err, "%s: %s", files->dir, strerror(errno));
    if (move_pictures(files, err))
        return -1;
    sync_dir(files->scratch.target);
    sync_parent(files->scratch.target);
    return 0;
}

/* --- keep, free --- */

/* Removes the pictures that the page does not show. */
static void remove_others(const PageFiles *files)
{
    DIR *d = opendir(files->scratch.target);
    struct dirent *e;
    while (d && (e = readdir(d))) {
        bool shown =
            files->n && bsearch(e->d_name, files->picture, files->n, sizeof *files->picture, compare) != NULL;
        if (is_picture(e->d_name) && !shown)
            unlinkat(files->fd, e->d_name, 0);
    }
    if (d)
        closedir(d);
}

void page_files_keep(PageFiles *files)
{
    files->kept = true;
    remove_others(files);
}

static void take_back(const PageFiles *files)
{
    for (size_t i = 0; i < files->n; i++)
        if (files->picture[i].added)
            unlinkat(files->fd, files->picture[i].name, 0);
    if (files->marked)
        unlinkat(files->fd, MARKER, 0);
    if (files->made)
        rmdir(files->scratch.target);
}

void page_files_free(PageFiles *files)
{
    if (!files)
        return;
    if (files->fd >= 0 && !files->kept)
        take_back(files);
    if (files->fd >= 0)
        close(files->fd);
    outdir_abort(&files->scratch);
    free(files->picture);
    free(files->dir);
    free(files);
}
