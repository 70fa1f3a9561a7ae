/* What the captions of a dataset's train split predict for an image, as its train images look more or less like it: a
 * regression (kernel_ridge.h) from features, less train's mean and of length 1, to the captions' tf-idf vectors
 * (caption_vectors.h). An image's own captions do not count, as if it were not in train: an image is itself if the cosine of
 * the two is above 1 - 1e-6, which one that equals train's mean never is. */
#ifndef COCO_PIPELINE_SAMPLE_NEIGHBORS_H
#define COCO_PIPELINE_SAMPLE_NEIGHBORS_H

#include "io/base/err.h"
#include "pipeline/common/report.h"
#include "pipeline/model_file/model.h"
#include "pipeline/sample/consensus.h"
#include "pipeline/sample/kernel_ridge.h"

#include <stdbool.h>

typedef struct Neighbors Neighbors;

/* A model and the dataset whose train it is asked about; `raw`: the course's unreduced features. */
typedef struct {
    const Model *model;
    const char *path; /* of the model's file */
    char *dir;        /* NULL, but for the first: there is no dataset */
    bool raw;
} NeighborSource;

/* Opens the train splits of n sources, which must have the vocabulary of their models and features as these take them.
 * An image's features are those of all sources, each with the same share in a vector of length 1. A source whose train
 * has other captions than the first's, or the same in another order, is left out with a warning. NULL: failed. Main
 * thread; parallel inside. */
Neighbors *neighbors_open(const NeighborSource *source, int n, const Report *report, Err *err);
void neighbors_close(Neighbors *neighbors); /* NULL is legal */

/* The images that have captions. */
int neighbors_count(const Neighbors *neighbors);
/* cosine (n,count): those of n images, features[k] (n,D) of source k, with the images that have captions; 2: it is the
 * same image. -1: out of memory. Main thread; parallel inside. */
int neighbors_compare(const Neighbors *neighbors, const float *const *features, int n, float *cosine, Err *err);
/* weight (n,count): how much the captions of each image count for those n. KERNEL_RIDGE_LANES at once take
 * little longer than one. -1: out of memory. Any thread. */
int neighbors_weights(const Neighbors *neighbors, int n, const float *cosine, double *weight, Err *err);
/* consensus_with the vectors that are predicted for an image, weight (count). Any thread. */
int neighbors_consensus(const Neighbors *neighbors, const double *weight, const SearchResult *captions, int m,
                        double *score, Err *err);

#endif
