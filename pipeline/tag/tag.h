/* Captions of records, written beside their pictures or into them.
 *
 *   record ─► its picture ─► what is there already? ─► written whole, or left as it is ─► a status record
 *
 * A status record is a JSON object on a line of standard output, for each caption record in the order of the input:
 *
 *   {"image_id":1,"file":"a.jpg","status":"written","path":"photos/a.txt"}
 *   {"image_id":2,"file":"b.jpg","status":"failed","path":"photos/b.txt","reason":"No such file or directory"}
 *
 * `path` is what was, or would have been, written; it is absent if it is not UTF-8, or if the record names no
 * picture. A reason comes with kept, skipped and failed. Main thread. */
#ifndef COCO_PIPELINE_TAG_TAG_H
#define COCO_PIPELINE_TAG_TAG_H

#include "io/base/err.h"
#include "pipeline/common/report.h"

#include <stdbool.h>
#include <stdint.h>

typedef enum { TAG_TXT, TAG_XMP, TAG_EMBED } TagFormName;

typedef enum {
    TAG_WRITTEN, /* or would have been, in a dry run */
    TAG_SAME,    /* the caption is there already */
    TAG_KEPT,    /* a text that coco-tag did not write is there, and stays */
    TAG_SKIPPED, /* an empty caption, or one that the model is not sure of */
    TAG_FAILED,
    TAG_STATES
} TagState;

typedef struct {
    const char *input;  /* records; "-": standard input */
    const char *images; /* pictures are below this directory; NULL: where the records say */
    TagFormName form;
    double min_logprob; /* leaves out captions below it, and those without a logprob; NaN: none */
    bool force;         /* replaces what a person wrote */
    bool dry;           /* writes nothing */
} TagOptions;

typedef struct {
    int64_t n[TAG_STATES];
    int64_t bad_lines; /* each of them was warned of */
} TagCount;

/* -1: the input cannot be read, the directory is not there, or standard output cannot be written. */
int tag_run(const TagOptions *options, const Report *report, TagCount *count, Err *err);

#endif
