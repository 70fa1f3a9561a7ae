/* Where the bytes of a download come from: what stands beside them while they are not all there.
 *
 *   {"url":"http://...","validator":"\"5f1c\"","length":268435456}
 *
 * One thread at a time for one path. */
#ifndef COCO_IO_NET_DOWNLOAD_ORIGIN_H
#define COCO_IO_NET_DOWNLOAD_ORIGIN_H

#include <stdint.h>

typedef struct {
    char *url;       /* NULL: nothing is known */
    char *validator; /* an ETag or a date; NULL: the server named none, the download cannot be continued */
    int64_t length;  /* of the whole; -1: not told */
} Origin;

/* What the file says; nothing where it cannot be read. What *o held is freed. */
void origin_load(Origin *o, const char *path);
/* Written to PATH.part and renamed, so that a kill leaves the old file or the new one. -1: it could not be. */
int origin_save(const Origin *o, const char *path);
void origin_clear(Origin *o); /* legal on a zeroed one */

#endif
