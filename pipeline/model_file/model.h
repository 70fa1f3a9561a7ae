/* A model in memory: its parameters and the vocabulary they were trained on. The caller owns it. Main thread.
 * pipeline/model_file/model_file.h reads and writes it. */
#ifndef COCO_PIPELINE_MODEL_FILE_MODEL_H
#define COCO_PIPELINE_MODEL_FILE_MODEL_H

#include "io/base/err.h"
#include "io/data/grid.h"
#include "io/data/vocab.h"
#include "model/attention/attention.h"
#include "model/captioner.h"
#include "pipeline/model_file/origin.h"

typedef struct {
    Params params;
    Vocab vocab;
    int64_t caption_length; /* width of the captions it was trained on; 0: unknown */
    Origin origin;          /* of the features it takes */
} Model;

void model_free(Model *model); /* safe on a zero-initialized one */

/* How many steps a caption takes at most, <END> counted, if nobody says otherwise: 30, or, of a model that spells, as
 * many as the longest caption of its dataset. */
int model_steps(const Model *model);

/* 0 if the model of `path` can work on features of D numbers and on this vocabulary (NULL: any); else -1 with a
 * line. features_path and dir name the sources of both in messages. */
int model_fits(const Model *model, const char *path, int64_t D, const char *features_path, const Vocab *vocab,
               const char *dir, Err *err);
/* 0 unless the features in the file features_path are of another CNN or PCA than those that the model was trained on;
 * both must be known to differ. */
int model_fits_origin(const Model *model, const char *path, const char *features_path, Err *err);
/* model_fits and model_fits_origin for a grid; without attention any will do, and none. */
int model_fits_grid(const Model *model, const char *path, const Grid *grid, Err *err);

#endif
