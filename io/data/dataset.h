/* The dataset directory:
 *
 *   captions.h5                    S_captions (n, C) integers: <START>, words, <END>, <NULL> padding;
 *                                  S_image_idxs (n): the row of the image, from 0
 *   vocab.json                     the words
 *   S_features.h5                  features (images, D) floats; grid (images, P, C) floats, optional
 *   S_urls.txt, S_images.txt       line i: URL, and path, of image row i; optional
 *   S_ids.txt                      line i: image row i's id; optional
 *   S_texts.txt                    line i: caption row i, with the words that are <UNK> there; optional
 *
 * for a split S (train, val, ...). Files may also have the names of the course's dataset (io/data/dataset_files.h).
 * n, C, images, D and V may have any values that agree. All captions and image rows are checked when a split is
 * opened; dataset_caption and dataset_features check a row again when it is used, because the file may change. Open
 * on the main thread; then any thread may read. */
#ifndef COCO_IO_DATA_DATASET_H
#define COCO_IO_DATA_DATASET_H

#include "io/base/err.h"
#include "io/data/caption_layout.h"
#include "io/data/dataset_files.h"
#include "io/data/grid.h"
#include "io/data/vocab.h"
#include "io/file/file.h"
#include "io/file/line_reader.h"
#include "io/hdf5/h5.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    char *dir;
    char split[DATASET_SPLIT_LEN];
    Vocab vocab;
    int64_t n; /* captions; 0 if the split has none and that was allowed */
    int width; /* C: numbers in a caption row */
    CaptionLayout layout;
    /* Mapped if the file allows. */
    H5Matrix captions; /* (n, C) */
    H5Matrix image;    /* (n): row of features */
    H5Matrix features; /* (images, D); D is 0 if there are none and that was allowed */
    char *features_path;
    Grid grid;           /* with DATASET_GRID */
    Lines urls, files;   /* images lines each, or none */
    int64_t *id;         /* (images), or NULL */
    Lines texts;         /* n lines, or none */
    int64_t *caption_at; /* (images+1): where an image's captions begin in caption_of; filled by dataset_index */
    int64_t *caption_of; /* (n): caption rows grouped by image, in file order */
} Dataset;

enum {
    DATASET_RAW = 1,               /* the course's unreduced features */
    DATASET_CAPTIONS_OPTIONAL = 2, /* a split without captions is not an error */
    DATASET_LISTS = 4,             /* read the lists of URLs, image paths, ids and whole captions, if any */
    DATASET_GRID = 8,              /* the grid of features too, which must be there */
    DATASET_TEXTS = 16,            /* of the lists that of whole captions alone */
    DATASET_FEATURES_OPTIONAL = 32 /* a split without a file of features is not an error: a list tells its images */
};

/* Opens one split. The caller closes, even after a failure. */
int dataset_open(Dataset *data, const char *dir, const char *split, int flags, Err *err);
void dataset_close(Dataset *data); /* safe on a zero-initialized one */

/* Caption row i (width words), after checking its words and its image. NULL with a message if one is out of range. Any
 * thread. */
const int32_t *dataset_caption(const Dataset *data, int64_t i, Err *err);

/* A line on what is odd about the captions, though it can be read: rows that break the layout ("FILE: S_captions: 3
 * of 60 captions ..."), or else that all belong to the first of several images. False: nothing is. */
bool dataset_captions_odd(const Dataset *data, Err *line);

/* The features of a row, after checking each number. NULL with a message that names file, dataset and row if one is not
 * finite. Any thread. */
const float *dataset_features(const Dataset *data, int64_t row, Err *err);

/* The words of caption row i, whole if the dataset has that (DATASET_TEXTS). The caller frees; NULL: out of memory. Any
 * thread. */
char *dataset_text(const Dataset *data, int64_t i);

/* Builds caption_at and caption_of. -1: out of memory. */
int dataset_index(Dataset *data, Err *err);
/* After that: which of its image's captions row i is, from 0. */
int64_t dataset_place_of(const Dataset *data, int64_t i);

/* The COCO id of an image: the twelve digits at the end of its name, before the suffix, alone or after '_'
 * ("COCO_val2014_000000391895.jpg"); else `row`. name may be NULL. */
int64_t coco_image_id(const char *name, int64_t row);
/* The id of an image: what the dataset says, else by its name. */
int64_t dataset_image_id(const Dataset *data, int64_t row);
/* Reads a line of S_ids.txt: a whole number of up to 63 bits. False: it is not. */
bool dataset_read_id(const char *line, int64_t *id);

/* Maps a bare `features` array, without a dataset. */
int features_open(H5Matrix *features, const char *path, Err *err);
/* The check of dataset_features on any matrix from `path`. */
const float *features_row(const H5Matrix *features, const char *path, int64_t row, Err *err);
/* Whether each number of a row is zero. Quick if the first one is not. */
bool features_zero(const H5Matrix *features, int64_t row);

#endif
