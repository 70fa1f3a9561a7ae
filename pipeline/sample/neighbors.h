/* The images of a dataset's train split that look most like others: the largest cosine of features, from which train's
 * mean is taken. Those without captions do not count, nor does one whose cosine is above 1 - 1e-6: the image itself. */
#ifndef COCO_PIPELINE_SAMPLE_NEIGHBORS_H
#define COCO_PIPELINE_SAMPLE_NEIGHBORS_H

#include "io/base/err.h"
#include "pipeline/model_file/model.h"
#include "pipeline/sample/consensus.h"

#include <stdbool.h>

enum { NEIGHBORS = 20 };

typedef struct Neighbors Neighbors;

/* Opens dir's train, which must have the vocabulary of the model at `path` and features as it takes them; `raw`: the
 * course's unreduced ones. NULL: failed. Main thread. */
Neighbors *neighbors_open(const char *dir, bool raw, const Model *model, const char *path, Err *err);
void neighbors_close(Neighbors *neighbors); /* NULL is legal */

/* near (n,NEIGHBORS): rows of train for n images with features (n,D), the most alike first; -1 where there are no more.
 * -1: out of memory. Main thread; parallel inside. */
int neighbors_find(const Neighbors *neighbors, const float *features, int n, int32_t *near, Err *err);

/* consensus_with the captions of an image's neighbors, near (NEIGHBORS). Any thread. */
int neighbors_consensus(const Neighbors *neighbors, const int32_t *near, const SearchResult *captions, int m,
                        double *score, Err *err);

#endif
