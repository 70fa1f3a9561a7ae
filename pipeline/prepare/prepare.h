/* Makes a dataset directory of captions and features.
 *
 *   captions files ──► words, images ──┐
 *   (io/captions)      (caption_set)   ├─► joined by name ──► splits ──► vocabulary ──► DATA/, whole or not at all
 *   features ──► rows by name ─────────┘                                 (of train)     (prepare_files; PCA of train)
 *                (feature_set)
 *
 * An image and a row of features belong together if they have the same name: the whole path as given, else the end of
 * the row's path that the image's name is, else its last part; an end counts if only one image and one row have it
 * (name_index). Main thread. */
#ifndef COCO_PIPELINE_PREPARE_PREPARE_H
#define COCO_PIPELINE_PREPARE_PREPARE_H

#include "io/base/err.h"
#include "pipeline/common/report.h"
#include "pipeline/prepare/splits.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    const char *out;
    const char *const *captions; /* files, "-" for standard input */
    int n_captions;
    const char *from; /* a dataset directory to take captions, splits, and features from instead; NULL: none */
    const char *const *features;
    int n_features;
    const char *const *names;
    int n_names;
    const char *images; /* the pictures' directory: those that are not there are left out; NULL: unknown */
    const SplitSpec *split;
    int n_splits;
    int tokenizer;          /* in TOKENIZER_NAMES */
    bool characters;        /* spell captions, after the tokenizer has worked */
    int64_t pieces;         /* how many pieces of words to learn besides characters; 0: none */
    int64_t min_count;      /* 0: 5, or 1 with `from`, whose words were chosen already */
    int64_t max_words;      /* 0: 20, or no limit with `from` */
    const char *vocab_from; /* NULL: count the words */
    int64_t pca, grid_pca;  /* 0: none */
    const char *pca_from;   /* a dataset, features file or model with PCAs; NULL: none */
    int64_t seed;
    bool strict, replace;
    bool allow_external; /* HDF5 files may keep arrays in other files */
} PrepareOptions;

/* An existing directory is replaced if `replace` is set and everything in it belongs to a dataset. When asked to
 * stop, leaves the directory as it was and returns 0. */
int prepare_run(const PrepareOptions *options, const Report *report, Err *err);

#endif
