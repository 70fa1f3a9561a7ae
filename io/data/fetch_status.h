/* The status record of coco-fetch images: the outcome of one URL, one JSON object per line.
 *
 *   {"url":"http://...","status":"ok","path":"cache/3/3f8a...","code":200,"bytes":48213,"tries":1}
 *   {"url":"http://...","status":"dead","code":404,"bytes":0,"tries":1,"error":"HTTP 404"}
 *
 * status is ok (downloaded now), cached (already there), dead (another try would fail the same way) or failed (another
 * try may succeed). What is not known is absent. Any thread. */
#ifndef COCO_IO_DATA_FETCH_STATUS_H
#define COCO_IO_DATA_FETCH_STATUS_H

#include "io/base/err.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

typedef enum { STATUS_OK, STATUS_CACHED, STATUS_DEAD, STATUS_FAILED } StatusKind;

typedef struct {
    StatusKind status;
    const char *url;  /* bytes that are not UTF-8 are written as '?' */
    const char *path; /* NULL: absent; error likewise */
    const char *error;
    long code; /* 0: absent */
    int64_t bytes;
    int tries;
} Status;

/* Writes the record and a newline. Check ferror(out) for write errors. */
void status_write(FILE *out, const Status *status);

/* The URL of a line: the "url" of a JSON object (a caption record, a status record or any other), or the line itself if
 * it does not begin with a brace. *kind becomes the record's status, or -1. The caller frees. NULL: err says why there
 * is no URL. */
char *status_url_of(const char *line, size_t len, int *kind, Err *err);

#endif
