/* The captions of a COCO annotations file, read once for all files that are scored against them. */
#ifndef COCO_PIPELINE_EVAL_REFERENCES_H
#define COCO_PIPELINE_EVAL_REFERENCES_H

#include "io/base/err.h"

#include <stdint.h>

typedef struct {
    int64_t image_id;
    char *text;
} Reference;

typedef struct {
    const char *path; /* borrowed */
    Reference *list;  /* in the order of the file */
    int64_t n, room;
} References;

/* Starts zeroed. -1: the caller frees all the same. Any thread. */
int references_read(References *references, const char *path, Err *err);
void references_free(References *references); /* safe on a zero-initialized one */

#endif
