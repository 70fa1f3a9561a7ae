/* Where the bytes of a partial download came from: a file beside it.
 *
 *   {"url":"https://...","validator":"\"5f1c\"","length":268435456}
 *
 * and "insecure":true if any of them came from a server whose certificate was not checked.
 *
 * One thread at a time for one path. */
#ifndef COCO_IO_NET_DOWNLOAD_ORIGIN_H
#define COCO_IO_NET_DOWNLOAD_ORIGIN_H

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    char *url;       /* NULL: nothing is known */
    char *validator; /* an ETag or a date; NULL: the server sent none, so the download cannot be resumed */
    int64_t length;  /* of the whole; -1: unknown */
    bool insecure;
} DownloadOrigin;

/* Reads the file into *o, whose old content is freed; if the file cannot be read, nothing is known. */
void origin_load(DownloadOrigin *o, const char *path);
/* Writes PATH.part and renames it, so that a kill leaves the old file or the new one. -1: failed. */
int origin_save(const DownloadOrigin *o, const char *path);
void origin_clear(DownloadOrigin *o); /* safe on a zero-initialized one */

#endif
