/* A directory of downloads, each in a file named by a digest of its URL; and of URLs that are known to be dead. In it:
 *
 *   3/3f8a...c1        the bytes of one URL, SHA-256 of the URL's text in hexadecimal
 *   3/3f8a...c1.dead   a symbolic link to nowhere whose text says why there are none: "404 HTTP 404"
 *   tmp                a directory of files that are still being written
 *
 * Sixteen directories keep each of them small enough for any file system, and cost nothing to make. There were 256 once
 * (3f/3f8a...), of which one was made for every fourth image of a first thousand, at the price of a file: a cache that
 * has only such directories is used as it is.
 *
 * A file appears under its name when it is whole, by a rename; two processes that download the same URL both
 * end with a whole file, the later one's. Nothing is locked. What a killed process left in tmp is removed by
 * whoever opens the cache a day later. A cache is no archive: files are not forced to the disk, and a file
 * that a power failure emptied counts as absent.
 *
 * A Cache is never changed after cache_open, so that any number of threads may use it; a CacheFile belongs to
 * one. */
#ifndef COCO_IO_NET_CACHE_H
#define COCO_IO_NET_CACHE_H

#include "io/base/err.h"

#include <stddef.h>

typedef struct Cache Cache;

/* The cache in `dir`; NULL: $COCO_CACHE, else $XDG_CACHE_HOME/coco, else $HOME/.cache/coco (a variable that
 * is empty, or an XDG_CACHE_HOME that is no absolute path, counts as unset). The directory is made where it is
 * missing. */
Cache *cache_open(const char *dir, Err *err);
void cache_close(Cache *cache); /* NULL is legal */

/* Where the file of this URL is, or would be. The caller frees; NULL: out of memory. */
char *cache_path(const Cache *cache, const char *url);
/* The same where the file is there, else NULL. */
char *cache_find(const Cache *cache, const char *url);

/* Remembers that there is no use in asking for this URL, with the HTTP status (0: none) and a line. Nothing depends on
 * its success. */
void cache_bury(const Cache *cache, const char *url, long code, const char *why);
/* Whether that was said less than ttl seconds ago: then 1 with the status and the line. A URL that is in the cache may
 * be here too, from a time before. */
int cache_dead(const Cache *cache, const char *url, double ttl, long *code, char *why, size_t whylen);

/* A file on its way into the cache. Small ones stay in memory until they are whole; what is above is written to a
 * temporary file. */
typedef struct {
    const Cache *cache;
    char *path, *temp; /* where it will be, and where it is; temp NULL: in memory alone */
    int fd;
    unsigned char *bytes; /* len of them are not yet in temp */
    size_t len, room;
    size_t written; /* bytes in temp */
    void *map;      /* of all of temp, for cache_look */
} CacheFile;

/* Nothing is made yet. The cache stays open for longer. */
int cache_begin(const Cache *cache, const char *url, CacheFile *out, Err *err);
int cache_write(CacheFile *out, const void *bytes, size_t n, Err *err);
/* Forgets what was written so far, and holds nothing for it. */
void cache_restart(CacheFile *out);
/* All that was written, *len bytes, borrowed until the next call for the file. NULL: it cannot be read. */
const void *cache_look(CacheFile *out, size_t *len, Err *err);
/* Writes and renames. *path (may be NULL) is the file's, the caller frees it. A failed commit has aborted. */
int cache_commit(CacheFile *out, char **path, Err *err);
void cache_abort(CacheFile *out); /* legal on a zeroed or ended CacheFile */

/* All of it at once: the bytes of a URL into its file. */
int cache_store(const Cache *cache, const char *url, const void *bytes, size_t len, Err *err);

#endif
