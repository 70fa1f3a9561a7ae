/* The models that caption together: one, or several of one vocabulary. Those that take the same features, of one CNN
 * and one PCA, share a source of them; sources are numbered from 0 in the order of their first models. Main thread. */
#ifndef COCO_PIPELINE_SAMPLE_ENSEMBLE_H
#define COCO_PIPELINE_SAMPLE_ENSEMBLE_H

#include "model/decode/search.h"
#include "pipeline/model_file/model.h"

#include <stdbool.h>

typedef struct {
    Model model[SEARCH_MODELS];
    const char *path[SEARCH_MODELS]; /* of its file; borrowed */
    int source[SEARCH_MODELS];       /* of its features */
    int n, sources;
} Ensemble;

/* Loads the models of n files. -1: one cannot be read, or has another vocabulary than the first, or takes other
 * features while all must have one source. The caller frees, also after a failure. */
int ensemble_load(Ensemble *ensemble, const char *const *paths, int n, bool one_source, Err *err);
/* The index of the first model of a source. */
int ensemble_first(const Ensemble *ensemble, int source);
/* The index of the first one that attends to its grid, which all take that do; -1: none. */
int ensemble_attends(const Ensemble *ensemble, int source);
/* The index of the first model with attention, whose weights are told; -1: none. */
int ensemble_looks(const Ensemble *ensemble);
void ensemble_free(Ensemble *ensemble); /* safe on a zero-initialized one */

#endif
