/* Writes the files of a prepared dataset, under their plain names. Main thread. */
#ifndef COCO_PIPELINE_PREPARE_PREPARE_FILES_H
#define COCO_PIPELINE_PREPARE_PREPARE_FILES_H

#include "io/data/dataset_files.h"
#include "pipeline/model_file/origin.h"
#include "pipeline/prepare/caption_set.h"
#include "pipeline/prepare/feature_set.h"
#include "pipeline/prepare/pca.h"
#include "pipeline/prepare/word_numbers.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    const char *name;
    int64_t images, captions, words, unknown;
    int32_t *image; /* (images) in the order of their rows */
} PreparedSplit;

typedef struct {
    const CaptionSet *captions;
    const FeatureSet *features;
    const WordNumbers *words;
    PreparedSplit
        *split; /* (n_splits) by their numbers in captions->splits; those without images are not written */
    int n_splits;
    int pca;             /* D; 0: features stay as they are */
    bool grid;           /* the grids are taken too */
    int grid_pca;        /* the same for their places */
    const Origin *given; /* its PCAs, instead of fitted ones; NULL: none */
} Prepared;

/* Sorts images and captions into splits, and counts. The caller frees. */
int prepared_split(Prepared *prepared, Err *err);
void prepared_free(Prepared *prepared); /* the splits; safe on a zero-initialized one */

/* The path of a dataset's file under its plain name. The caller frees. NULL: out of memory. */
char *prepared_path(const char *dir, DatasetFile kind, const char *split, Err *err);

/* Writes captions.h5, vocab.json, S_features.h5 (if there are features) and the lists (prepare_lists.h) into the
 * directory. PCAs that are not given, of the vector and of the grid's places, are fitted on train first; kept:
 * their shares of the variance. */
int prepared_write(const Prepared *prepared, const char *dir, double kept[2], Err *err);

#endif
