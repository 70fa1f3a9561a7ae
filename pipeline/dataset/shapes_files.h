/* The files of the built-in dataset, except its pictures: a split in memory, and how it is written.
 *
 * No state; safe from any thread on objects of its own. */
#ifndef COCO_PIPELINE_DATASET_SHAPES_FILES_H
#define COCO_PIPELINE_DATASET_SHAPES_FILES_H

#include "io/base/err.h"
#include "io/data/vocab.h"
#include "io/file/outdir.h"
#include "pipeline/dataset/scene.h"
#include "pipeline/dataset/scene_features.h"
#include "pipeline/dataset/shapes.h"

#include <stddef.h>
#include <stdint.h>

enum { SHAPES_CAPTION_WIDTH = SCENE_WORDS + 2 }; /* <START>, words, <END> */

typedef struct {
    const char *name; /* "train" */
    int64_t n;        /* pictures */
    int64_t first_id;
    uint32_t seed;
    float *features;   /* (n, SCENE_FEATURES) */
    int32_t *captions; /* (n * SCENE_CAPTIONS, SHAPES_CAPTION_WIDTH) */
    int32_t *image;    /* (n * SCENE_CAPTIONS): the row of the picture */
} ShapesSplit;

/* The four special words and the words of the grammar; the caller frees with vocab_free. */
int shapes_vocab(Vocab *vocab, Err *err);

/* A caption as numbers: <START>, words, <END>, then <NULL> to the end of the row. */
void shapes_encode(const char *caption, const Vocab *vocab, int32_t row[SHAPES_CAPTION_WIDTH]);

/* "images/train/000000000001.png". */
void shapes_image_name(char *name, size_t size, const ShapesSplit *split, int64_t id);

/* Writes everything except the pictures into out->path; URLs name the pictures below out->target. */
int shapes_write(const ShapesOptions *options, const OutDir *out, const ShapesSplit split[], int n_splits,
                 const Vocab *vocab, Err *err);

/* Whether shapes_write wrote this directory, judged by the first line of its README.txt. */
int shapes_wrote(const char *dir);
/* Whether options->dir holds the very dataset that these options make, judged by the whole README.txt, the last file
 * to be written. */
int shapes_made(const ShapesOptions *options);

#endif
