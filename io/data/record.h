/* The caption record: one JSON object a line, UTF-8. What coco-sample writes, coco-render and coco-eval
 * read, and jq works on:
 *
 *   {"image_id":391895,"split":"val","row":0,"file":"images/val/x.jpg","url":"http://...",
 *    "caption":"a man riding a motorcycle","logprob":-7.31,"references":["a man with a red helmet","..."]}
 *
 * image_id and caption are needed; what is not known is absent, and null is as good as absent. Of equal
 * keys the last counts. Unknown keys are ignored.
 * Safe from any thread on objects of its own. */
#ifndef COCO_IO_DATA_RECORD_H
#define COCO_IO_DATA_RECORD_H

#include "io/data/json.h" /* utf8_valid, for those who read text beside records */

#include "io/base/err.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

typedef struct {
    int64_t image_id; /* 0 to 2^53 */
    int64_t row;      /* -1: absent */
    char *split;      /* NULL: absent; the same for file and url */
    char *file;
    char *url;
    char *caption;     /* words joined by one space; may be empty */
    double logprob;    /* NaN: absent. Natural logarithm of the caption's probability */
    double score;      /* NaN: absent. "score" where it is a number, else "CIDEr"; read, never written */
    char **references; /* n_references ground truth captions */
    int n_references;
    int has_references; /* the key is there, perhaps with an empty list */
} Record;

/* Reads one line (len bytes). Strings are the record's own; record_free frees them.
 * -1: the line is no record; err says why ("no \"caption\"", "not JSON: ... at byte 17"). */
int record_parse(Record *record, const char *line, size_t len, Err *err);
/* The same from a value that has been read. */
int record_read(Record *record, const Json *json, Err *err);
void record_free(Record *record); /* legal on a zeroed one */
/* The caption holds nothing but white space. */
int record_is_blank(const Record *record);
/* The place of the first reference that is the caption word for word, -1 where none is or the caption is blank. */
int record_exact(const Record *record);

/* Writes the record and a newline. -1: the stream failed or there was no memory. */
int record_write(FILE *out, const Record *record, Err *err);

/* A stream of records: a file, or standard input for "-". Blank lines are passed over. */
typedef struct RecordReader RecordReader;
RecordReader *record_open(const char *path, Err *err);
/* The next record: 1 (the caller frees it) with its line as record_line gives it; 0 at the end, -1 where the line is
 * none: err names file and line ("captions.jsonl: line 3: no \"caption\""). */
int record_next(RecordReader *reader, Record *record, const char **line, size_t *len, Err *err);
void record_close(RecordReader *reader);

/* The lines beneath, for readers of other JSON lines: 1 with *line borrowed until the next call and
 * *len without the line end; 0 at the end; -1 failed. Lines above 16 MiB are refused. */
int record_line(RecordReader *reader, const char **line, size_t *len, Err *err);
/* 1 where what comes next, behind white space, is '[': a results array instead of lines. 0 also at the end. */
int record_is_array(RecordReader *reader);
/* All that is left, ended by NUL; up to `max` bytes. The caller frees. */
char *record_rest(RecordReader *reader, size_t max, size_t *len, Err *err);
const char *record_name(const RecordReader *reader);  /* "captions.jsonl", "standard input"; borrowed */
const char *record_place(const RecordReader *reader); /* "captions.jsonl: line 3", borrowed */

#endif
