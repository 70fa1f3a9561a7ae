/* The caption record: one JSON object per line, in UTF-8. coco-sample writes it, coco-render and coco-eval read it, and
 * jq works on it:
 *
 *   {"image_id":391895,"split":"val","row":0,"file":"images/val/x.jpg","url":"http://...",
 *    "caption":"a man riding a motorcycle","logprob":-7.31,"word_logprobs":[-0.2,...],
 *    "candidates":[{"caption":"a man riding a motorcycle","logprob":-7.31},...],
 *    "references":["a man with a red helmet","..."]}
 *
 * image_id and caption are required; what is not known is absent, and null means absent. If a key is repeated, the last
 * one counts. Unknown keys are ignored. Safe from any thread on objects of its own. */
#ifndef COCO_IO_DATA_RECORD_H
#define COCO_IO_DATA_RECORD_H

#include "io/data/json.h"

#include "io/base/err.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* A caption among several of an image. */
typedef struct {
    char *caption;
    double logprob; /* NaN: absent */
} RecordCandidate;

typedef struct {
    int64_t image_id; /* from 0; in JSON also a string of digits */
    int64_t row;      /* -1: absent */
    char *split;      /* NULL: absent; the same for file and url */
    char *file;
    char *url;
    char *caption;          /* words joined by one space; may be empty */
    double logprob;         /* NaN: absent. Natural logarithm of the caption's probability */
    double score;           /* NaN: absent. "score" if it is a number, else "CIDEr"; read, never written */
    const char *score_name; /* the one of these that it is; NULL: absent */
    char **references;      /* n_references ground truth captions */
    int n_references;
    int has_references; /* the key is present, perhaps with an empty list */
    /* Written, never read; borrowed, not the record's to free: */
    const RecordCandidate *candidates; /* NULL: absent */
    int n_candidates;
    /* Of each word of the caption, and of <END> if it was reached. NULL: absent, or not a list of numbers. Whoever
     * writes a record may lend it these; record_free frees them. */
    double *word_logprobs;
    int n_word_logprobs;
} Record;

/* Reads one line (len bytes). Strings are the record's own; record_free frees them.
 * -1: the line is not a record; err says why ("no \"caption\"", "not JSON: ... at byte 17"). */
int record_parse(Record *record, const char *line, size_t len, Err *err);
/* The same from a parsed value. */
int record_read(Record *record, const Json *json, Err *err);
void record_free(Record *record); /* safe on a zero-initialized one */
/* Whether the caption is only white space. */
int record_is_blank(const Record *record);
/* The index of the first reference that equals the caption word for word; -1 if none does or the caption is blank. */
int record_exact(const Record *record);

/* Writes the record and a newline. -1: the write failed or memory ran out. */
int record_write(FILE *out, const Record *record, Err *err);

/* A stream of records: a file, or standard input for "-". Blank lines are skipped. */
typedef struct RecordReader RecordReader;
RecordReader *record_open(const char *path, Err *err);
/* The next record: 1 with the record, which the caller frees, and its line as from record_line; 0 at the end; -1 if the
 * line is not a record: err names file and line ("captions.jsonl: line 3: no \"caption\""). Unless it returns 1,
 * *record is zeroed and *line is not to be used. */
int record_next(RecordReader *reader, Record *record, const char **line, size_t *len, Err *err);
void record_close(RecordReader *reader);

/* The raw lines, for readers of other JSON Lines: 1 with *line, borrowed until the next call, and *len without the line
 * end; 0 at the end; -1 on failure. Lines above 16 MiB are refused. */
int record_line(RecordReader *reader, const char **line, size_t *len, Err *err);
/* 1 if the next character after white space is '[': a results array instead of lines. 0 also at the end. */
int record_is_array(RecordReader *reader);
/* The rest of the input, NUL-terminated; the caller frees. NULL: it has more than `max` bytes, or cannot be read. */
char *record_rest(RecordReader *reader, size_t max, size_t *len, Err *err);
const char *record_name(const RecordReader *reader);  /* "captions.jsonl", "standard input"; borrowed */
const char *record_place(const RecordReader *reader); /* "captions.jsonl: line 3", borrowed */
/* The number of the last line; and the place of an earlier one, borrowed until the next place is asked for. */
int64_t record_number(const RecordReader *reader);
const char *record_place_of(const RecordReader *reader, int64_t number);

#endif
