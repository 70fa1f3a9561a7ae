#include "io/net/cache.h"

#include "io/base/digest.h"
#include "io/base/err.h"
#include "io/base/free_list.h"
#include "io/file/cache_dir.h"
#include "io/file/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct Cache {
    char *dir;      /* what is written goes here */
    char *verified; /* another one to read from, or NULL */
    char *tmp;
    FreeList *buffers; /* of MEMORY_FIRST bytes each */
};

enum { LEFTOVER_AGE = 24 * 3600, CLOCKS_APART = 2 /* those of a file server and ours */ }; /* seconds */

/* The directory to use; the caller frees. NULL: out of memory, or there is no home directory. */
static char *choose_dir(const char *dir, Err *err)
{
    if (!dir)
        return cache_dir(err);
    char *chosen = strdup(dir);
    if (!chosen)
        err_set(err, "out of memory");
    return chosen;
}

/* Removes what killed processes of this user left. Somebody who shares the cache may have put a link in the place of
 * tmp/. Best effort: failures are ignored. */
static void remove_leftovers(const char *tmp)
{
    int fd = open(tmp, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *d = fd < 0 ? NULL : fdopendir(fd);
    struct dirent *e;
    struct stat st;
    time_t t = time(NULL);
    while (d && (e = readdir(d)))
        if (e->d_name[0] != '.' && fstatat(dirfd(d), e->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
            S_ISREG(st.st_mode) && st.st_uid == geteuid() && t - st.st_mtime > LEFTOVER_AGE)
            unlinkat(dirfd(d), e->d_name, 0);
    if (d)
        closedir(d);
    else if (fd >= 0)
        close(fd);
}

/* Puts what is written into a directory of its own, below the one that is only read from. */
static int set_apart(Cache *cache, Err *err)
{
    cache->verified = cache->dir;
    cache->dir = path_join(cache->verified, "insecure");
    return cache->dir ? 0 : err_set(err, "out of memory");
}

Cache *cache_open(const char *dir, bool insecure, Err *err)
{
    Cache *cache = calloc(1, sizeof *cache);
    if (!cache) {
        err_set(err, "out of memory");
        return NULL;
    }
    cache->dir = choose_dir(dir, err);
    if (!cache->dir || (insecure && set_apart(cache, err)))
        goto failed;
    cache->tmp = path_join(cache->dir, "tmp");
    cache->buffers = free_list_new();
    if (!cache->tmp || !cache->buffers) {
        err_set(err, "out of memory");
        goto failed;
    }
    if (file_mkdirs(cache->tmp, err))
        goto failed;
    remove_leftovers(cache->tmp);
    return cache;
failed:
    cache_close(cache);
    return NULL;
}

void cache_close(Cache *cache)
{
    if (!cache)
        return;
    free_list_free(cache->buffers, free);
    free(cache->dir);
    free(cache->verified);
    free(cache->tmp);
    free(cache);
}

/* Where the file of this URL is, or would be, in a cache's directory. */
static char *path_in(const char *dir, const char *url)
{
    char name[DIGEST_LEN + 3], hex[DIGEST_LEN + 1];
    digest_hex(url, strlen(url), hex);
    snprintf(name, sizeof name, "%c/%s", hex[0], hex);
    return path_join(dir, name);
}

static char *find_in(const char *dir, const char *url)
{
    struct stat st;
    char *path = path_in(dir, url);
    if (path && stat(path, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0)
        return path;
    free(path);
    return NULL;
}

char *cache_find(const Cache *cache, const char *url)
{
    char *path = cache->verified ? find_in(cache->verified, url) : NULL;
    return path ? path : find_in(cache->dir, url);
}

/* --- dead URLs --- */

static char *dead_path(const char *dir, const char *url)
{
    char *dead, *path = path_in(dir, url);
    int n = path ? asprintf(&dead, "%s.dead", path) : -1;
    free(path);
    return n < 0 ? NULL : dead;
}

/* Makes the directory that the path is in. */
static int make_parent(const char *path)
{
    char *dir = strndup(path, (size_t)(strrchr(path, '/') - path));
    int rc = dir ? mkdir(dir, 0777) : -1;
    free(dir);
    return rc && errno != EEXIST ? -1 : 0;
}

void cache_mark_dead(const Cache *cache, const char *url, long code, const char *why)
{
    char text[256], *path = dead_path(cache->dir, url);
    snprintf(text, sizeof text, "%ld %s", code, why);
    if (path && symlink(text, path) && errno == ENOENT && make_parent(path) == 0)
        (void)!symlink(text, path);
    else if (path && errno == EEXIST && unlink(path) == 0) /* marked before */
        (void)!symlink(text, path);
    free(path);
}

static bool is_dead_in(const char *dir, const char *url, double ttl, long *code, char *why, size_t whylen)
{
    struct stat st;
    char text[256], *path = dead_path(dir, url), *end;
    ssize_t n = path && lstat(path, &st) == 0 && S_ISLNK(st.st_mode) ? readlink(path, text, sizeof text - 1) : -1;
    free(path);
    if (n <= 0)
        return false;
    double age = difftime(time(NULL), st.st_mtime);
    if (age >= ttl || age < -CLOCKS_APART) /* a clock that was set back would keep it dead for long */
        return false;
    text[n] = '\0';
    *code = strtol(text, &end, 10);
    snprintf(why, whylen, "%s", *end == ' ' ? end + 1 : end);
    return true;
}

bool cache_is_dead(const Cache *cache, const char *url, double ttl, long *code, char *why, size_t whylen)
{
    return (cache->verified && is_dead_in(cache->verified, url, ttl, code, why, whylen)) ||
           is_dead_in(cache->dir, url, ttl, code, why, whylen);
}

/* --- writing a file --- */

/* How much of a file stays in memory; and the room it gets at first, enough for most photographs. */
enum { MEMORY_MAX = 1 << 20, MEMORY_FIRST = 1 << 18 };

int cache_begin(const Cache *cache, const char *url, CacheFile *out, Err *err)
{
    *out = (CacheFile){.cache = cache, .fd = -1};
    out->path = path_in(cache->dir, url);
    return out->path ? 0 : err_set(err, "out of memory");
}

/* A new file in tmp/ with the usual permissions (mkstemp would make it readable for its owner alone). */
static int open_temp(CacheFile *out, Err *err)
{
    static atomic_uint number;
    do {
        free(out->temp);
        if (asprintf(&out->temp, "%s/%ld-%u", out->cache->tmp, (long)getpid(), atomic_fetch_add(&number, 1)) < 0) {
            out->temp = NULL;
            return err_set(err, "out of memory");
        }
        out->fd = open(out->temp, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    } while (out->fd < 0 && errno == EEXIST); /* left by an earlier process with our number */
    if (out->fd >= 0)
        return 0;
    err_set(err, "%s: %s", out->temp, strerror(errno));
    free(out->temp);
    out->temp = NULL;
    return -1;
}

/* Moves the bytes in memory to the temporary file. */
static int spill(CacheFile *out, Err *err)
{
    size_t done = 0;
    if (!out->temp && open_temp(out, err))
        return -1;
    while (done < out->len) {
        ssize_t n = write(out->fd, out->bytes + done, out->len - done);
        if (n < 0 && errno != EINTR)
            return err_set(err, "%s: %s", out->temp, strerror(errno));
        done += n > 0 ? (size_t)n : 0;
    }
    out->written += out->len;
    out->len = 0;
    return 0;
}

static int make_room(CacheFile *out, size_t n, Err *err)
{
    if (!out->bytes && (out->bytes = free_list_take(out->cache->buffers)))
        out->room = MEMORY_FIRST;
    size_t room = out->room ? out->room : MEMORY_FIRST;
    while (room - out->len < n)
        room *= 2;
    if (room == out->room)
        return 0;
    unsigned char *grown = realloc(out->bytes, room);
    if (!grown)
        return err_set(err, "out of memory");
    out->bytes = grown;
    out->room = room;
    return 0;
}

int cache_write(CacheFile *out, const void *bytes, size_t n, Err *err)
{
    if (out->len + n > MEMORY_MAX && spill(out, err))
        return -1;
    if (make_room(out, n, err))
        return -1;
    memcpy(out->bytes + out->len, bytes, n);
    out->len += n;
    return 0;
}

static void drop_buffer(CacheFile *out)
{
    if (out->room != MEMORY_FIRST || !free_list_give(out->cache->buffers, out->bytes))
        free(out->bytes);
    out->bytes = NULL;
    out->len = out->room = 0;
}

static void drop_map(CacheFile *out)
{
    if (out->map)
        munmap(out->map, out->written);
    out->map = NULL;
}

static void drop_temp(CacheFile *out)
{
    drop_map(out);
    if (out->fd >= 0)
        close(out->fd);
    if (out->temp)
        unlink(out->temp);
    free(out->temp);
    out->temp = NULL;
    out->fd = -1;
    out->written = 0;
}

void cache_restart(CacheFile *out)
{
    drop_temp(out);
    drop_buffer(out);
}

const void *cache_look(CacheFile *out, size_t *len, Err *err)
{
    drop_map(out);
    *len = out->len;
    if (!out->temp)
        return out->bytes ? (const void *)out->bytes : "";
    if (spill(out, err))
        return NULL;
    *len = out->written;
    void *map = mmap(NULL, out->written, PROT_READ, MAP_PRIVATE, out->fd, 0);
    if (map == MAP_FAILED) {
        err_set(err, "%s: %s", out->temp, strerror(errno));
        return NULL;
    }
    return out->map = map;
}

/* Makes the directory only if the rename fails for want of it. */
static int rename_into(const CacheFile *out)
{
    if (rename(out->temp, out->path) == 0)
        return 0;
    return errno == ENOENT && make_parent(out->path) == 0 ? rename(out->temp, out->path) : -1;
}

int cache_commit(CacheFile *out, char **path, Err *err)
{
    int rc = spill(out, err);
    if (rc == 0) {
        int failed = fsync(out->fd);
        failed |= close(out->fd);
        out->fd = -1;
        if (failed || rename_into(out))
            rc = err_set(err, "%s: %s", out->path, strerror(errno));
    }
    if (rc) {
        cache_abort(out);
        return -1;
    }
    free(out->temp);
    out->temp = NULL; /* it has its name now */
    if (path) {
        *path = out->path;
        out->path = NULL;
    }
    cache_abort(out);
    return 0;
}

void cache_abort(CacheFile *out)
{
    if (!out->cache)
        return;
    drop_temp(out);
    drop_buffer(out);
    free(out->path);
    memset(out, 0, sizeof *out);
}

int cache_store(const Cache *cache, const char *url, const void *bytes, size_t len, Err *err)
{
    CacheFile out;
    if (cache_begin(cache, url, &out, err))
        return -1;
    if (cache_write(&out, bytes, len, err)) {
        cache_abort(&out);
        return -1;
    }
    return cache_commit(&out, NULL, err);
}
