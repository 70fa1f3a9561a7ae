/* What a preparation leaves out, and why: counted, each with an example, and reported at the end. Main thread. */
#ifndef COCO_PIPELINE_PREPARE_LEFT_OUT_H
#define COCO_PIPELINE_PREPARE_LEFT_OUT_H

#include "io/base/err.h"
#include "pipeline/common/report.h"

#include <stdint.h>

typedef enum {
    LEFT_DAMAGED,      /* lines that are not captions */
    LEFT_EMPTY,        /* captions without words */
    LEFT_DOUBLED,      /* captions with the number of another of their image */
    LEFT_FEATURELESS,  /* images */
    LEFT_SEVERAL_ROWS, /* images whose name is the end of several rows' paths */
    LEFT_FILELESS,     /* images that are not below --images */
    LEFT_AMBIGUOUS,    /* images of which several are below --images */
    LEFT_LONG,         /* captions; from here on, as the options ask */
    LEFT_UNKNOWN,      /* captions with a word outside a vocabulary that has no <UNK> */
    LEFT_SPLITLESS,    /* images */
    LEFT_KINDS
} LeftKind;

typedef struct {
    int64_t n[LEFT_KINDS];
    char example[LEFT_KINDS][128];
    int max_words; /* of LEFT_LONG */
} LeftOut;

/* Counts one; the first is the example ("x.jpg", "a.csv: line 3: no caption"). */
void left_out_add(LeftOut *left, LeftKind kind, const char *example);
/* Writes a line for each kind that occurred: a warning, or a note if an option has asked for it. */
void left_out_tell(const LeftOut *left, const Report *report);
/* -1 with a line if anything was left out that no option asked to leave out. */
int left_out_check(const LeftOut *left, Err *err);

#endif
