/* The names of a dataset directory's files. Each kind of file has two: a plain one, which is looked for first, and the
 * one of the course's dataset.
 *
 *   captions.h5       coco2014_captions.h5       all splits: S_captions, S_image_idxs
 *   vocab.json        coco2014_vocab.json
 *   S_features.h5     S2014_vgg16_fc7_pca.h5     of a split S
 *                     S2014_vgg16_fc7.h5         the course's unreduced features have no plain name
 *   S_images.txt      S2014_images.txt
 *   S_urls.txt        S2014_urls.txt
 *   S_ids.txt         S2014_ids.txt
 *   S_texts.txt       S2014_texts.txt
 *
 * Any thread, except for dataset_splits, which may open the captions file: main thread. */
#ifndef COCO_IO_DATA_DATASET_FILES_H
#define COCO_IO_DATA_DATASET_FILES_H

#include "io/base/err.h"

#include <stdbool.h>
#include <stddef.h>

typedef enum {
    DATASET_FILE_CAPTIONS,
    DATASET_FILE_VOCAB,
    DATASET_FILE_FEATURES,
    DATASET_FILE_RAW_FEATURES,
    DATASET_FILE_IMAGES,
    DATASET_FILE_URLS,
    DATASET_FILE_IDS,
    DATASET_FILE_TEXTS,
    DATASET_FILE_KINDS
} DatasetFile;

typedef enum { DATASET_PLAIN, DATASET_COURSE } DatasetStyle;

enum { DATASET_SPLIT_LEN = 32, DATASET_NAME_LEN = 80 }; /* room for a split's name, and for a file's */

/* The file that every dataset has, by each of its names; ends with NULL. */
extern const char *const dataset_markers[];

/* Whether the len bytes can name a split: 1 to 31 letters, digits, '_' and '-'. */
bool dataset_split_valid(const char *split, size_t len);
int dataset_split_check(const char *split, Err *err);

/* The file's name, relative to the directory. split: a valid one, ignored if all splits share the file. Returns out. */
const char *dataset_file_name(DatasetFile kind, DatasetStyle style, const char *split, char out[DATASET_NAME_LEN]);
/* The path of the file in the directory, or where it should be if it is missing. The caller frees; NULL: out of
 * memory. */
char *dataset_file_path(const char *dir, DatasetFile kind, const char *split);
/* Whether the name is that of a dataset's file, in either style. *split_len: how many of its first bytes name the
 * split; 0 if all splits share the file. A name that fits both styles ("train2014_urls.txt") is the course's. */
bool dataset_file_known(const char *name, DatasetFile *kind, size_t *split_len);

typedef struct {
    char (*name)[DATASET_SPLIT_LEN]; /* (n), in alphabetical order */
    int n;
} DatasetSplits;

/* Adds the splits for which the directory has a file of one of these kinds, bits 1u << kind. DATASET_FILE_CAPTIONS
 * stands for captions in the file that all splits share. The list is zeroed at first; the caller frees it, also after
 * a failure. */
int dataset_splits(DatasetSplits *splits, const char *dir, unsigned kinds, Err *err);
/* Adds a split unless it is there already, or is not a valid name. The list stays in order. -1: out of memory. */
int dataset_splits_add(DatasetSplits *splits, const char *name, size_t len, Err *err);
void dataset_splits_free(DatasetSplits *splits); /* safe on a zero-initialized one */

#endif
