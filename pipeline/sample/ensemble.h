/* The models that caption together: one, or several of one vocabulary that take the same features. Main thread. */
#ifndef COCO_PIPELINE_SAMPLE_ENSEMBLE_H
#define COCO_PIPELINE_SAMPLE_ENSEMBLE_H

#include "model/decode/search.h"
#include "pipeline/common/model.h"

typedef struct {
    Model model[SEARCH_MODELS];
    int n;
} Ensemble;

/* Loads the models of n files. -1: one cannot be read, or does not go with the first: another vocabulary, other features. The
 * caller frees, also after a failure. */
int ensemble_load(Ensemble *ensemble, const char *const *paths, int n, Err *err);
/* The first model that attends to a grid, whose grid all take that do; NULL: none. */
const Model *ensemble_attends(const Ensemble *ensemble);
void ensemble_free(Ensemble *ensemble); /* safe on a zero-initialized one */

#endif
