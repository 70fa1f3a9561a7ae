/* Where models of an ensemble get features from: a dataset, or a file of bare features. Main thread. */
#ifndef COCO_PIPELINE_SAMPLE_SOURCE_H
#define COCO_PIPELINE_SAMPLE_SOURCE_H

#include "io/data/dataset.h"
#include "pipeline/sample/sample.h"

typedef struct {
    const Model *model;   /* the first of those that take them */
    const char *path;     /* its file */
    const Model *attends; /* the first of those that take their grid; NULL: none */
    Dataset data;         /* with --features, empty except for the features and the names of their images */
    const char *features; /* the path of the features, for messages */
    bool reduce;          /* they go through the model's PCA */
    bool grid_reduced;    /* their grid has gone through one */
    bool warned_of_zeros;
    const Pca *grid_pca; /* that the grid goes through; C is 0 without one */
    float *grid;         /* one image's, unreduced */
} Source;

/* The name of the dataset for the model at `path`: the options' or, if they ask for it, the model's own. `first`: the
 * first source's may be the options' even so. NULL: there is none. The caller frees. */
char *source_dataset(const char *path, bool first, const SampleOptions *options, const Report *report, Err *err);
/* Whether the model at `path` takes the course's unreduced features: as the options say, or as it was trained. */
bool source_raw(const char *path, const SampleOptions *options);

/* Opens source number `number` of an ensemble. The first one's dataset is the options', or its model's own; any
 * other's is its model's own. The caller closes, also after a failure. */
int source_open(Source *source, const Ensemble *ensemble, int number, const SampleOptions *options,
                const Report *report, Err *err);
/* -1: these are not features of the same images: their number differs, or a name (without folders), if both know
 * names. */
int source_same_images(const Source *a, const Source *b, Err *err);
/* Puts row `at` into place n of the decoder's batch. */
int source_put(Source *source, int number, int64_t at, Decoder *decoder, int n, const Report *report, Err *err);
void source_close(Source *source); /* safe on a zero-initialized one */

#endif
