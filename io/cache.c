#include "io/cache.h"

#include "io/digest.h"
#include "io/err.h"
#include "io/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct Cache {
    char *dir;
    char *tmp;
};

enum { LEFTOVER_AGE = 24 * 3600 }; /* seconds */

/* A copy of the directory to use. NULL: out of memory, or there is no home. */
static char *choose_dir(const char *dir, char *err, size_t errlen)
{
    const char *own = getenv("COCO_CACHE"), *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    char *chosen;
    if (dir)
        chosen = strdup(dir);
    else if (own && *own)
        chosen = strdup(own);
    else if (xdg && xdg[0] == '/')
        chosen = path_join(xdg, "coco");
    else if (home && *home)
        chosen = path_join(home, ".cache/coco");
    else {
        err_set(err, errlen, "no cache directory: neither COCO_CACHE nor HOME is set");
        return NULL;
    }
    if (!chosen)
        err_set(err, errlen, "out of memory");
    return chosen;
}

/* Removes what a killed process left behind. Nothing depends on its success. */
static void remove_leftovers(const char *tmp)
{
    DIR *d = opendir(tmp);
    struct dirent *e;
    struct stat st;
    time_t t = time(NULL);
    while (d && (e = readdir(d)))
        if (e->d_name[0] != '.' && fstatat(dirfd(d), e->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
            S_ISREG(st.st_mode) && t - st.st_mtime > LEFTOVER_AGE)
            unlinkat(dirfd(d), e->d_name, 0);
    if (d)
        closedir(d);
}

Cache *cache_open(const char *dir, char *err, size_t errlen)
{
    Cache *cache = calloc(1, sizeof *cache);
    if (!cache) {
        err_set(err, errlen, "out of memory");
        return NULL;
    }
    cache->dir = choose_dir(dir, err, errlen);
    if (!cache->dir)
        goto failed;
    cache->tmp = path_join(cache->dir, "tmp");
    if (!cache->tmp) {
        err_set(err, errlen, "out of memory");
        goto failed;
    }
    if (file_mkdirs(cache->tmp, err, errlen))
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
    free(cache->dir);
    free(cache->tmp);
    free(cache);
}

const char *cache_dir(const Cache *cache)
{
    return cache->dir;
}

char *cache_path(const Cache *cache, const char *url)
{
    char name[DIGEST_LEN + 4], hex[DIGEST_LEN + 1];
    digest_hex(url, strlen(url), hex);
    snprintf(name, sizeof name, "%.2s/%s", hex, hex);
    return path_join(cache->dir, name);
}

char *cache_find(const Cache *cache, const char *url)
{
    struct stat st;
    char *path = cache_path(cache, url);
    if (path && stat(path, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0)
        return path;
    free(path);
    return NULL;
}

/* --- a file on its way --- */

int cache_begin(const Cache *cache, const char *url, CacheFile *out, char *err, size_t errlen)
{
    memset(out, 0, sizeof *out);
    out->path = cache_path(cache, url);
    out->temp = path_join(cache->tmp, "XXXXXX");
    if (!out->path || !out->temp) {
        cache_abort(out);
        return err_set(err, errlen, "out of memory");
    }
    int fd = mkostemp(out->temp, O_CLOEXEC);
    if (fd >= 0)
        out->file = fdopen(fd, "w");
    if (!out->file) {
        err_set(err, errlen, "%s: %s", out->temp, strerror(errno));
        if (fd >= 0) {
            close(fd);
            unlink(out->temp);
        }
        free(out->temp);
        out->temp = NULL; /* there is none to remove */
        cache_abort(out);
        return -1;
    }
    return 0;
}

int cache_restart(CacheFile *out, char *err, size_t errlen)
{
    rewind(out->file);
    if (ftruncate(fileno(out->file), 0))
        return err_set(err, errlen, "%s: %s", out->temp, strerror(errno));
    return 0;
}

/* mkstemp makes files for their owner alone; a cache is as readable as other files. The mask can be read only
 * by setting it, so it is taken from the directory, which was made with it. */
static void open_to_readers(const CacheFile *out, const char *dir)
{
    struct stat st;
    if (stat(dir, &st) == 0)
        fchmod(fileno(out->file), st.st_mode & 0666);
}

/* Makes the directory that the file will stand in. */
static int make_place(const CacheFile *out, char *err, size_t errlen)
{
    char *dir = strndup(out->path, (size_t)(strrchr(out->path, '/') - out->path));
    if (!dir)
        return err_set(err, errlen, "out of memory");
    int rc = mkdir(dir, 0777) && errno != EEXIST ? err_set(err, errlen, "%s: %s", dir, strerror(errno)) : 0;
    if (rc == 0)
        open_to_readers(out, dir);
    free(dir);
    return rc;
}

int cache_commit(CacheFile *out, char **path, char *err, size_t errlen)
{
    if (make_place(out, err, errlen)) {
        cache_abort(out);
        return -1;
    }
    int bad = ferror(out->file), closed = fclose(out->file);
    out->file = NULL;
    if (bad || closed || rename(out->temp, out->path)) {
        err_set(err, errlen, "%s: %s", out->path, errno ? strerror(errno) : "write error");
        cache_abort(out);
        return -1;
    }
    free(out->temp);
    if (path)
        *path = out->path;
    else
        free(out->path);
    memset(out, 0, sizeof *out);
    return 0;
}

void cache_abort(CacheFile *out)
{
    if (out->file)
        fclose(out->file);
    if (out->temp)
        unlink(out->temp);
    free(out->temp);
    free(out->path);
    memset(out, 0, sizeof *out);
}

int cache_store(const Cache *cache, const char *url, const void *bytes, size_t len, char *err, size_t errlen)
{
    CacheFile out;
    if (cache_begin(cache, url, &out, err, errlen))
        return -1;
    fwrite(bytes, 1, len, out.file);
    return cache_commit(&out, NULL, err, errlen);
}
