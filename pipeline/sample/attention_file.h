/* The attention file (HDF5): what each word of captions looked at.
 *
 *   attention (captions, steps, P) float32
 *               the weights of the grid's places, at the step that gave word `step` (<END> counted, <NULL> and <START>,
 *               which a caption does not show, left out); they sum to 1, or to 1 - β with adaptive attention; NaN past a
 *               caption's end
 *   rows (captions) int32
 *               the images' rows in the split, or places in the list of pictures
 *   files (captions) strings
 *               of pictures: their names, as in records. One that was left out has NaN alone
 *   caption_checksums (captions) int32
 *               what the captions were: pipeline/common/caption_checksum.h
 *   attributes of /
 *               format "coco-attention", version 1, grid_rows, grid_columns (if known), split, crop_aspect (width / height
 *               of the part in a picture's middle that the grid covers, if it does not cover all of it)
 *
 * It is written row by row, in the order of the captions, and appears whole or not at all. Main thread. */
#ifndef COCO_PIPELINE_SAMPLE_ATTENTION_FILE_H
#define COCO_PIPELINE_SAMPLE_ATTENTION_FILE_H

#include "io/base/err.h"
#include "model/decode/search.h"
#include "pipeline/model_file/origin.h"

#include <stdint.h>

#define ATTENTION_ARRAY "attention"

typedef struct AttentionFile AttentionFile;

typedef struct {
    int places;
    int64_t down, across; /* the grid's rows and columns; 0: unknown */
    int steps;
    const char *split; /* NULL: none */
    const int64_t *row;
    char *const *file; /* NULL: rows say enough. Of place `row` in the list of pictures */
    int64_t n;         /* captions */
} AttentionShape;

/* `origin` says what part of pictures the grid covers. Borrows the shape's rows. NULL: failed. */
AttentionFile *attention_file_begin(const char *path, const AttentionShape *shape, const Origin *origin, Err *err);
/* The caption of this row, the next one of the shape's that is not left out, as in its record. */
int attention_file_add(AttentionFile *file, int64_t row, const char *caption, const SearchResult *result, Err *err);
/* After the last one; frees, even on failure. */
int attention_file_end(AttentionFile *file, Err *err);
void attention_file_abort(AttentionFile *file); /* writes nothing; NULL is legal */

#endif
