/* How coco-sample writes captions. A format is one row of the table in caption_format.c. */
#ifndef COCO_PIPELINE_SAMPLE_CAPTION_FORMAT_H
#define COCO_PIPELINE_SAMPLE_CAPTION_FORMAT_H

#include "io/base/err.h"
#include "io/data/dataset.h"
#include "io/data/record.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* A caption and where it belongs. */
typedef struct {
    const Dataset *data; /* knows the image's files and references; indexed (dataset_index). NULL: a picture, */
    const char *file;    /* of this name */
    int64_t row;         /* or the picture's place */
    int64_t place;       /* among the images that this process captions */
    const char *caption;
    int64_t
        truth; /* of one of the image's own captions: which, from 1; it is then no reference of itself. 0: none */
    double logprob; /* NaN: not written */
    /* In records alone; NULL: not written (io/data/record.h). */
    const RecordCandidate *candidates;
    int n_candidates;
    const double *word_logprobs;
    int n_word_logprobs;
} CaptionItem;

typedef struct {
    const char *name;                  /* "jsonl" */
    const char *begin, *between, *end; /* around all captions, and between two */
    bool logprob;                      /* it writes log-probabilities */
    int (*write)(FILE *out, const CaptionItem *item, Err *err);
} CaptionFormat;

/* The i-th format, from 0 (the default): caption records, the COCO tools' results array, captions alone. NULL past the
 * last. */
const CaptionFormat *caption_format(int i);
/* All names, "jsonl|coco|text", in this order. */
extern const char CAPTION_FORMATS[];

#endif
