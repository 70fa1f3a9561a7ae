#include "io/file/file.h"

#include "io/base/err.h"
#include "io/file/scratch.h"
#include "io/file/sync.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- OutFile --- */

static void outfile_end(OutFile *out)
{
    if (out->path)
        scratch_forget(out->path);
    if (out->path && out->lock >= 0)
        close(out->lock);
    free(out->target);
    free(out->path);
    memset(out, 0, sizeof *out);
}

static int try_in_place(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
    return fd < 0 ? -1 : close(fd);
}

/* Whether the target, which exists, cannot be replaced by a rename: it is not a regular file, or it is one that no
 * longer has the name that its link gives, as /dev/stdout may be, or where nobody can look. (Another file of that name
 * may be a new one: others rename too.) */
static int is_fixed(const struct stat *target, const char *place, int through_link)
{
    return !S_ISREG(target->st_mode) || (through_link && file_exists(place, NULL) <= 0);
}

/* "link, which leads to place: why" */
static int cannot_write(const char *target, const char *place, int why, Err *err)
{
    if (!place || !strcmp(target, place))
        return err_set(err, "%s: %s", target, strerror(why));
    return err_set(err, "%s, which leads to %s: %s", target, place, strerror(why));
}

/* Where the file will be, and whether it must be written there. */
static int find_place(OutFile *out, const char *target, Err *err)
{
    struct stat st;
    int exists = stat(target, &st) == 0;
    /* In a folder of many users the kernel forbids to follow a link of somebody else's. */
    if (!exists && errno != ENOENT)
        return cannot_write(target, NULL, errno, err);
    if (exists && S_ISDIR(st.st_mode))
        return err_set(err, "%s: is a directory", target);
    out->target = path_follow(target);
    if (!out->target)
        return cannot_write(target, NULL, errno, err);
    out->in_place = exists && is_fixed(&st, out->target, strcmp(target, out->target));
    return 0;
}

int outfile_begin(OutFile *out, const char *target, Err *err)
{
    memset(out, 0, sizeof *out);
    out->lock = -1;
    if (find_place(out, target, err))
        return -1;
    if (!out->in_place)
        scratch_sweep(out->target);
    /* If the directory is missing or not writable, fail now, not after the work. */
    if (out->in_place ? !(out->path = strdup(target)) || try_in_place(out->path)
                      : scratch_make(out->target, SCRATCH_FILE, &out->path, &out->lock)) {
        cannot_write(target, out->in_place ? NULL : out->target, errno, err);
        outfile_end(out);
        return -1;
    }
    return 0;
}

int outfile_commit(OutFile *out, Err *err)
{
    if (!out->in_place) {
        if (sync_file(out->path) || rename(out->path, out->target)) {
            err_set(err, "%s: %s", out->target, strerror(errno));
            outfile_abort(out);
            return -1;
        }
        sync_parent(out->target);
    }
    outfile_end(out);
    return 0;
}

void outfile_abort(OutFile *out)
{
    if (out->path && !out->in_place)
        unlink(out->path);
    outfile_end(out);
}

static int write_stdout(WriteFn write, void *ctx, bool *reader_gone, Err *err)
{
    int rc = write(ctx, stdout, err);
    if (!rc && fflush(stdout))
        rc = err_set(err, "%s", strerror(errno));
    if (rc >= 0)
        return rc;
    *reader_gone = ferror(stdout) && errno == EPIPE;
    return err_prefix(err, "standard output: ");
}

int file_write(const char *target, WriteFn write, void *ctx, bool *reader_gone, Err *err)
{
    OutFile file;
    *reader_gone = false;
    if (!strcmp(target, "-"))
        return write_stdout(write, ctx, reader_gone, err);
    if (outfile_begin(&file, target, err))
        return -1;
    FILE *out = fopen(file.path, "wbe");
    int rc = out ? write(ctx, out, err) : err_set(err, "%s", strerror(errno));
    if (out && fclose(out) && !rc)
        rc = err_set(err, "%s", strerror(errno));
    if (!rc)
        return outfile_commit(&file, err);
    outfile_abort(&file);
    return rc < 0 ? err_prefix(err, "%s: ", target) : rc;
}

int file_put(const char *path, const void *bytes, size_t len, Err *err)
{
    FILE *out = fopen(path, "wbe");
    bool done = out && fwrite(bytes, 1, len, out) == len;
    int why = errno;
    if (out && fclose(out) && done) {
        done = false;
        why = errno;
    }
    return done ? 0 : err_set(err, "%s: %s", path, strerror(why));
}

/* --- reading --- */

static char *read_stream(FILE *in, const char *name, size_t max, size_t *len, Err *err)
{
    size_t n = 0, room = 0;
    char *text = NULL;
    for (;;) {
        if (n + 1 >= room) {
            size_t more = room ? room * 2 : 65536;
            char *grown = realloc(text, more);
            if (!grown) {
                err_set(err, "%s: out of memory", name);
                break;
            }
            text = grown, room = more;
        }
        n += fread(text + n, 1, room - 1 - n, in);
        if (ferror(in)) {
            err_set(err, "%s: %s", name, strerror(errno));
            break;
        }
        if (n > max) {
            err_set(err, "%s: larger than %zu bytes", name, max);
            break;
        }
        if (feof(in)) {
            text[n] = '\0';
            *len = n;
            return text;
        }
    }
    free(text);
    return NULL;
}

char *file_read(const char *path, size_t max, size_t *len, Err *err)
{
    FILE *f = fopen(path, "rbe");
    if (!f) {
        err_set(err, "%s: %s", path, strerror(errno));
        return NULL;
    }
    char *text = read_stream(f, path, max, len, err);
    fclose(f);
    return text;
}

/* --- paths --- */

char *path_join(const char *dir, const char *name)
{
    char *path;
    if (!dir || !*dir || name[0] == '/')
        return strdup(name);
    const char *slash = dir[strlen(dir) - 1] == '/' ? "" : "/";
    return asprintf(&path, "%s%s%s", dir, slash, name) < 0 ? NULL : path;
}

int file_mkdirs(const char *path, Err *err)
{
    char buf[PATH_MAX];
    struct stat st;
    if (strlen(path) >= sizeof buf)
        return err_set(err, "%.64s...: path too long", path);
    memcpy(buf, path, strlen(path) + 1);
    for (char *p = buf + 1;; p++) {
        if (*p != '/' && *p != '\0')
            continue;
        char kept = *p;
        *p = '\0';
        if (mkdir(buf, 0777) && errno != EEXIST)
            return err_set(err, "%s: %s", buf, strerror(errno));
        *p = kept;
        if (!kept)
            break;
    }
    if (stat(path, &st) || !S_ISDIR(st.st_mode))
        return err_set(err, "%s: is not a directory", path);
    return 0;
}

int file_exists(const char *path, Err *err)
{
    struct stat st;
    if (stat(path, &st) == 0)
        return 1;
    if (errno != ENOENT && errno != ENOTDIR)
        return err_set(err, "%s: %s", path, strerror(errno));
    if (lstat(path, &st) == 0)
        return err_set(err, "%s: is a link that leads nowhere", path);
    return 0;
}

void path_trim(char *path)
{
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/')
        path[--n] = '\0';
}

/* Where the link at the path leads; the path itself if it is not a link. Takes the path over. */
static char *follow_once(char *path, int *is_link)
{
    char to[PATH_MAX], *next = path;
    ssize_t n = readlink(path, to, sizeof to);
    *is_link = n >= 0;
    if (n < 0)
        return path;
    const char *slash = to[0] == '/' ? NULL : strrchr(path, '/');
    if (asprintf(&next, "%.*s%.*s", slash ? (int)(slash + 1 - path) : 0, path, (int)n, to) < 0)
        next = NULL;
    free(path);
    return next;
}

char *path_follow(const char *path)
{
    enum { LINKS_MAX = 40 }; /* as the kernel has it */
    int is_link = 1;
    char *now = strdup(path);
    for (int i = 0; now && is_link; i++) {
        if (i > LINKS_MAX) {
            free(now);
            errno = ELOOP;
            return NULL;
        }
        now = follow_once(now, &is_link);
    }
    return now;
}

char *path_absolute(const char *path)
{
    char *real = realpath(path, NULL), *parent, *joined;
    if (real)
        return real;
    char *copy = path_follow(path);
    if (!copy)
        return NULL;
    path_trim(copy);
    char *slash = strrchr(copy, '/');
    if (slash)
        *slash = '\0';
    parent = realpath(slash ? (slash == copy ? "/" : copy) : ".", NULL);
    joined = parent ? path_join(parent, slash ? slash + 1 : copy) : NULL;
    free(parent);
    free(copy);
    return joined;
}

/* The length of what two absolute paths have in common, up to and including a slash. */
static size_t common_lead(const char *a, const char *b)
{
    size_t n = 0;
    for (size_t i = 0; a[i] && a[i] == b[i]; i++)
        if (a[i] == '/')
            n = i + 1;
    return n;
}

char *path_from(const char *file, const char *path)
{
    char *from = path_absolute(file), *to = path_absolute(path), *out = NULL;
    if (from && to) {
        size_t n = common_lead(from, to), rest = strlen(to + n) + 1, ups = 0;
        for (const char *p = from + n; (p = strchr(p, '/')); p++)
            ups++;
        out = malloc(3 * ups + rest);
        for (size_t i = 0; out && i < ups; i++)
            memcpy(out + 3 * i, "../", 3);
        if (out)
            memcpy(out + 3 * ups, to + n, rest);
    }
    free(from);
    free(to);
    return out;
}

int path_same(const char *a, const char *b)
{
    char *a_place = path_absolute(a), *b_place = path_absolute(b);
    int same = a_place && b_place && !strcmp(a_place, b_place);
    free(a_place);
    free(b_place);
    return same;
}

int path_escapes(const char *path)
{
    if (path[0] == '/')
        return 1;
    for (const char *p = path; *p;) {
        size_t n = strcspn(p, "/");
        if (n == 2 && p[0] == '.' && p[1] == '.')
            return 1;
        p += n + (p[n] == '/');
    }
    return 0;
}
