/* What the captions of a dataset's train split say of an image, as its train images look more or less like it: a
 * regression (kernel_ridge.h) from features, less train's mean and of length 1, to the captions' tf-idf vectors
 * (caption_vectors.h). An image's own captions do not count: an image is itself if the cosine of the two is above
 * 1 - 1e-6. */
#ifndef COCO_PIPELINE_SAMPLE_NEIGHBORS_H
#define COCO_PIPELINE_SAMPLE_NEIGHBORS_H

#include "io/base/err.h"
#include "pipeline/model_file/model.h"
#include "pipeline/sample/consensus.h"

#include <stdbool.h>

typedef struct Neighbors Neighbors;

/* Opens dir's train, which must have the vocabulary of the model at `path` and features as it takes them; `raw`: the
 * course's unreduced ones. NULL: failed. Main thread; parallel inside. */
Neighbors *neighbors_open(const char *dir, bool raw, const Model *model, const char *path, Err *err);
void neighbors_close(Neighbors *neighbors); /* NULL is legal */

/* The images that have captions. */
int neighbors_count(const Neighbors *neighbors);
/* cosine (n,count): those of n images with features (n,D) with the images that have captions; 2: it is the same image.
 * -1: out of memory. Main thread; parallel inside. */
int neighbors_compare(const Neighbors *neighbors, const float *features, int n, float *cosine, Err *err);
/* consensus_with the vectors that are expected of an image, cosine (count). Any thread. */
int neighbors_consensus(const Neighbors *neighbors, const float *cosine, const SearchResult *captions, int m,
                        double *score, Err *err);

#endif
