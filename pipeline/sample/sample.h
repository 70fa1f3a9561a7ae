/* Captioning: features in, caption records out.
 *
 *   rows (all, or those asked for) ──► features gathered ──► search ──► records, in the order of the rows
 *
 * Main thread; parallel inside. */
#ifndef COCO_PIPELINE_SAMPLE_SAMPLE_H
#define COCO_PIPELINE_SAMPLE_SAMPLE_H

#include "io/base/err.h"
#include "model/decode/search.h"
#include "pipeline/common/report.h"
#include "pipeline/sample/caption_format.h"

#include <stdbool.h>
#include <stdio.h>

typedef struct {
    const char *model;
    const char *data, *split; /* a dataset, or, if features is not NULL, */
    bool own_data;            /* the model's own dataset comes before `data` */
    const char *features;     /* a file with a bare `features` array */
    const char *files;        /* with features: a text file of their images' names, one a line; NULL: none */
    bool raw_features;
    bool allow_external;  /* HDF5 files may keep arrays in other files */
    SearchOptions search; /* rules.not_last is ignored: see bad_endings */
    bool bad_endings;     /* true: no caption ends with a word of endings.h */
    bool logprob;
    const char *rows;      /* a file of row numbers or records, "-" for standard input; NULL: every row */
    int64_t first;         /* only the first so many of these; negative: all */
    int64_t shard, shards; /* of the rest, those whose place mod shards is shard */
    const CaptionFormat *format;
} SampleOptions;

/* Captions the rows and writes to out. -1 on failure, with an explanation in err; what was written so far is whole
 * records. */
int sample_run(const SampleOptions *options, FILE *out, const Report *report, Err *err);

#endif
