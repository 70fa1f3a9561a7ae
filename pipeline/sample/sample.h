/* Captioning: features in, caption records out.
 *
 *   rows (all, or those asked for) ──► features gathered ──► search ──► records, in the order of the rows
 *
 * Main thread; parallel inside. */
#ifndef COCO_PIPELINE_SAMPLE_SAMPLE_H
#define COCO_PIPELINE_SAMPLE_SAMPLE_H

#include "io/base/err.h"
#include "model/search.h"
#include "pipeline/common/report.h"

#include <stdbool.h>
#include <stdio.h>

typedef enum { FORMAT_JSONL, FORMAT_COCO, FORMAT_TEXT } SampleFormat;

typedef struct {
    const char *model;
    const char *data, *split; /* the dataset, or */
    const char *features;     /* a bare `features` array instead; NULL: none */
    bool raw_features;
    SearchOptions search;
    bool logprob;
    const char *rows;      /* a file of row numbers or records; "-" is standard input; NULL: every row */
    int64_t first;         /* only so many of these; negative: all */
    int64_t shard, shards; /* of what is left, those whose place mod shards is shard */
    SampleFormat format;
} SampleOptions;

/* Captions, and writes to out. -1: a line says why; what was written until then are whole records. */
int sample_run(const SampleOptions *options, FILE *out, const Report *report, Err *err);

#endif
