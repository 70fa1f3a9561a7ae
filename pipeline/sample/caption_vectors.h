/* The captions of a split's images as CIDEr sees them: for each image that has captions the mean, over these, of their
 * tf-idf vectors, each of length 1 for each n = 1 .. 4. Main thread; afterwards any thread may read. */
#ifndef COCO_PIPELINE_SAMPLE_CAPTION_VECTORS_H
#define COCO_PIPELINE_SAMPLE_CAPTION_VECTORS_H

#include "pipeline/eval/caption_table.h"

/* Those of image i are at[i] ... at[i+1]-1. An n-gram that several captions have is there as often. */
typedef struct {
    CaptionTable table;
    int64_t *row;   /* (n): the image's row in the split */
    int64_t *at;    /* (n+1) */
    int32_t *ngram; /* (at[n]): of the table */
    float *value;   /* (at[n]) */
    int n;
} CaptionVectors;

/* Of a split that is indexed. -1: no memory. Free after a failure too. */
int caption_vectors_make(CaptionVectors *vectors, const Dataset *data, Err *err);
void caption_vectors_free(CaptionVectors *vectors); /* safe on a zero-initialized one */

/* sum (table.known) = Σ_i weight_i · the vector of image i. */
void caption_vectors_sum(const CaptionVectors *vectors, const double *weight, double *sum);

#endif
