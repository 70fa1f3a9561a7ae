/* Caption records, some lines of them at a time: read in order, parsed on all threads. Main thread. */
#ifndef COCO_PIPELINE_EVAL_RECORD_CHUNK_H
#define COCO_PIPELINE_EVAL_RECORD_CHUNK_H

#include "io/base/err.h"
#include "io/data/record.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    char *text; /* as it was read; NULL once somebody has taken it */
    size_t len;
    int64_t number; /* for record_place_of */
    bool parsed;
    Record record; /* if it is */
} RecordLine;

enum { RECORD_CHUNK = 256 };

typedef struct {
    RecordLine line[RECORD_CHUNK];
    int n;
} RecordChunk;

/* Reads the next lines. 1: there may be more; 0: these are the last ones; -1: these are the lines before one that cannot
 * be read, as err says. What is not a record is not parsed. record_chunk_free is due in any case. */
int record_chunk_read(RecordChunk *chunk, RecordReader *reader, Err *err);
void record_chunk_free(RecordChunk *chunk);

#endif
