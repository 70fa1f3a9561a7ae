/* A directory of downloads, each in a file named by a digest of its URL, and of URLs that are known to be dead:
 *
 *   3/3f8a...c1        the bytes of one URL; the name is the SHA-256 of the URL's text in hexadecimal
 *   3/3f8a...c1.dead   a symbolic link to nowhere, whose text says why there are none: "404 HTTP 404"
 *   tmp/               files that are still being written
 *   insecure/          the same three again, from servers whose certificates were not checked
 *
 * Sixteen directories keep each small enough for any file system, and cost nothing to make.
 *
 * A file is renamed to its name when it is complete, and its bytes are on the disk: a power failure may lose it, but
 * not cut it off. If two processes download the same URL, both end with a complete file, the later one's. There are no
 * locks. What a killed process left in tmp is removed by whoever opens the cache a day later.
 *
 * Any number of threads may use a Cache; a CacheFile belongs to one. */
#ifndef COCO_IO_NET_CACHE_H
#define COCO_IO_NET_CACHE_H

#include "io/base/err.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct Cache Cache;

/* Opens the cache in `dir`; NULL: the user's (io/file/cache_dir.h). Makes the directory if it is missing. An insecure
 * cache is for downloads from servers that are not verified: it finds what the directory holds, but writes into
 * insecure/ below it, where others do not look. */
Cache *cache_open(const char *dir, bool insecure, Err *err);
void cache_close(Cache *cache); /* NULL is legal */

/* Where the file of this URL is. The caller frees. NULL: it is absent, or out of memory. */
char *cache_find(const Cache *cache, const char *url);

/* Records that this URL is dead, with the HTTP status (0: none) and a line that says why. Failure to do so does no
 * harm. */
void cache_mark_dead(const Cache *cache, const char *url, long code, const char *why);
/* Whether the URL was marked less than ttl seconds ago, and not in the future; if so, gives the status and the line.
 * A file may be in the cache nevertheless, from another time. */
bool cache_is_dead(const Cache *cache, const char *url, double ttl, long *code, char *why, size_t whylen);

/* A file that is being written. It stays in memory as long as it is small, and then moves to a temporary file. */
typedef struct {
    const Cache *cache;
    char *path, *temp; /* where it will be, and where it is; temp NULL: only in memory */
    int fd;
    unsigned char *bytes; /* len of them are not yet in temp */
    size_t len, room;
    size_t written; /* bytes in temp */
    void *map;      /* of all of temp, for cache_look */
} CacheFile;

/* Creates nothing on disk yet. The cache must outlive the file. */
int cache_begin(const Cache *cache, const char *url, CacheFile *out, Err *err);
int cache_write(CacheFile *out, const void *bytes, size_t n, Err *err);
/* Drops everything written so far, and the memory and disk space it took. */
void cache_restart(CacheFile *out);
/* Everything written so far, *len bytes, borrowed until the next call for this file. NULL: it cannot be read. */
const void *cache_look(CacheFile *out, size_t *len, Err *err);
/* Writes the file and gives it its name. The caller frees *path; path may be NULL. A commit that fails has aborted. */
int cache_commit(CacheFile *out, char **path, Err *err);
void cache_abort(CacheFile *out); /* safe on a zero-initialized or ended CacheFile */

/* All of it at once: stores the bytes of a URL. */
int cache_store(const Cache *cache, const char *url, const void *bytes, size_t len, Err *err);

#endif
