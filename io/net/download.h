/* One large file from the network, resumed where an earlier run or an earlier try of this one broke off.
 *
 *   PATH.part    what has come so far; locked while a process writes to it
 *   PATH.json    where that came from: URL, validator (ETag or Last-Modified), length in all
 *   PATH         the file, once it is whole and its digest is right
 *
 * Resuming asks for the rest with Range and If-Range, so that a server whose file has changed sends the new one whole;
 * the beginning is kept only under the very answer that continues it (206, the same validator, a Content-Range that
 * begins where the part ends). A server that ignores Range, or answers it wrongly, starts over: nothing is ever
 * appended to bytes that do not belong to it. A server that names no validator cannot be resumed. Where a digest is
 * wanted and a resumed file does not have it, the file is fetched once more, whole. A kill at any moment leaves a part
 * that the next run goes on with. A PATH that no download has left is somebody's, and refused. One thread at a time for
 * one PATH. */
#ifndef COCO_IO_NET_DOWNLOAD_H
#define COCO_IO_NET_DOWNLOAD_H

#include "io/base/err.h"
#include "io/net/http.h"

#include <stdint.h>

typedef struct {
    const char *const *urls; /* mirrors of one file, tried in order */
    int n_urls;
    const char *path;
    const char *sha256; /* 64 hexadecimal digits of either case; NULL: any bytes will do */
    HttpOptions http;   /* of them max_bytes bounds the file */
    /* Called from within; any of them may be NULL. `total` is 0 where it is not known. */
    void (*progress)(void *ctx, int64_t done, int64_t total);
    void (*note)(void *ctx, const char *text); /* "goes on at 120.5 MB of 256 MB" */
    void (*warn)(void *ctx, const char *text); /* "URL: HTTP 404; trying the next" */
    void *ctx;
} DownloadSpec;

typedef enum {
    DOWNLOAD_FAILED = -1, /* err says why; what has come is kept, unless it was of no use */
    DOWNLOAD_DONE = 0,    /* PATH is there; it stays there for the next call, which then downloads nothing */
    DOWNLOAD_STOPPED = 1  /* *http.stop asked for it; the part is kept */
} DownloadAnswer;

typedef struct {
    int place;    /* of the URL which PATH has come from; -1: none of them */
    bool resumed; /* it is of more than one answer: what is wrong with it may have come of that */
    bool *failed; /* (n_urls) the caller's, or NULL: set for those that were asked in vain */
} Downloaded;

DownloadAnswer download_file(const DownloadSpec *spec, Downloaded *found, Err *err);

/* Whether what stands at PATH, or beside it, is a download of an earlier call. */
int download_left(const char *path);

/* Removes PATH and what stands beside it: when its content has been put to use. Nothing where another process is
 * writing to the part. */
void download_forget(const char *path);

#endif
