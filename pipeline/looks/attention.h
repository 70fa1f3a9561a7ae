/* The attention file of coco-sample (pipeline/sample/attention_file.h), read for the records of a sheet: what each
 * word of their captions looked at.
 *
 *   record ──► its row, or its file where the attention file names files ──► a caption ──► weights, a row per step
 *
 * Opened and matched on the main thread; afterwards any thread may ask for weights. */
#ifndef COCO_PIPELINE_LOOKS_ATTENTION_H
#define COCO_PIPELINE_LOOKS_ATTENTION_H

#include "io/base/err.h"
#include "io/data/record.h"
#include "pipeline/looks/caption_steps.h"
#include "pipeline/looks/light.h"

#include <stdbool.h>

typedef struct Attention Attention;

/* NULL: not such a file, or its grid has no shape; err names the file. */
Attention *attention_open(const char *path, Err *err);
void attention_close(Attention *attention); /* NULL is legal */

/* Checks that the file has the record's caption: one of the same row and split, the same by its checksum if the
 * file has them, with weights for as many words, which sum to at most 1. -1: err says what is different. All that
 * follows is for records that have passed. */
int attention_match(Attention *attention, const Record *record, Err *err);

const LightGrid *attention_grid(const Attention *attention);
/* Whether some word that was matched looked elsewhere than at the picture: at a sentinel. */
bool attention_sentinel(const Attention *attention);
/* The most words of a caption that was matched. */
int attention_longest(const Attention *attention);

/* The words of a record's caption and what they looked at. */
typedef struct {
    CaptionSteps steps; /* of record->caption */
    float *weights;     /* (steps.n + steps.ends, places) */
    int places;
} Looks;
/* -1: out of memory. The caller frees in either case. */
int attention_looks(Looks *looks, const Attention *attention, const Record *record);
void looks_free(Looks *looks);
/* The weights of a step, (places), and their sum: the share of its attention that a word paid to the picture. */
const float *looks_weights(const Looks *looks, int step);
double looks_share(const Looks *looks, int step);

#endif
