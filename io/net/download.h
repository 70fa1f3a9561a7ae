/* Downloads one large file, and resumes where an earlier run, or an earlier try of this one, was interrupted.
 *
 *   PATH.part    the bytes that have come so far; locked while a process writes to it
 *   PATH.json    where they came from: URL, validator (ETag or Last-Modified), total length
 *   PATH         the file, once it is complete and its digest is right
 *
 * To resume, we ask for the rest with Range and If-Range, so that a server whose file has changed sends all of the new
 * one. The bytes we have are kept only if the answer continues them: 206, the same validator, and a Content-Range that
 * begins where the part ends. If a server ignores Range, or answers it wrongly, the download starts over: nothing is
 * ever appended to bytes that do not belong to it. Without a validator there is no resuming. If a digest is wanted
 * and a resumed file does not have it, the whole file is fetched once more. A kill at any moment leaves a part that
 * the next run can resume. What came while certificates were not checked is resumed only by a run that does not check
 * either. A PATH that no download has left is somebody's own, and is not touched. One thread at a time for one
 * PATH. */
#ifndef COCO_IO_NET_DOWNLOAD_H
#define COCO_IO_NET_DOWNLOAD_H

#include "io/base/err.h"
#include "io/net/http.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    const char *const *urls; /* mirrors of one file, tried in order */
    int n_urls;
    const char *path;
    const char *sha256; /* 64 hexadecimal digits of either case; NULL: unknown */
    HttpOptions http;   /* max_bytes limits the file */
    /* Called from within; any of them may be NULL. `total` is 0 while unknown. */
    void (*progress)(void *ctx, int64_t done, int64_t total);
    void (*note)(void *ctx, const char *text); /* "URL: resuming at 120.5 MB" */
    void (*warn)(void *ctx, const char *text); /* "URL: HTTP 404", before the next mirror is tried */
    void *ctx;
} DownloadSpec;

typedef enum {
    DOWNLOAD_FAILED = -1, /* err says why; what has come is kept, unless it is useless */
    DOWNLOAD_DONE = 0,    /* PATH is there, and stays for the next call, which then downloads nothing */
    DOWNLOAD_STOPPED = 1  /* *http.stop asked for it; the part is kept */
} DownloadAnswer;

typedef struct {
    int place;    /* the index of the URL that PATH came from; -1: none of them */
    bool resumed; /* PATH was put together from several answers, which may be what is wrong with it */
    bool *failed; /* (n_urls) the caller's, or NULL: set for each URL that was tried and failed */
} DownloadResult;

DownloadAnswer download_file(const DownloadSpec *spec, DownloadResult *result, Err *err);

/* Whether PATH, or what is beside it, is a download of an earlier call. */
bool download_exists(const char *path);

/* Removes PATH and what is beside it, once its content has been used; does nothing while another process writes to the
 * part. */
void download_remove(const char *path);

#endif
