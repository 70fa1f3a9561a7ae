/* A model in memory: parameters and the words they speak of, from and to the model file.
 * The caller owns it. Main thread. */
#ifndef COCO_PIPELINE_COMMON_MODEL_H
#define COCO_PIPELINE_COMMON_MODEL_H

#include "io/base/err.h"
#include "io/data/dataset.h"
#include "io/data/vocab.h"
#include "io/hdf5/checkpoint.h"
#include "model/captioner.h"
#include "model/memory.h"

typedef struct {
    Params params;
    Vocab vocab;
    int64_t caption_length; /* of the captions it learned from; 0: not told */
} Model;

int model_load(Model *model, const char *path, Err *err);
void model_free(Model *model); /* legal on a zeroed one */

/* The same from an open file, of which more is wanted. */
int model_read(Model *model, Checkpoint *file, const ModelHead *head, Vocab *vocab, const char *path, Err *err);
/* A new model file with head, vocabulary and parameters; checkpoint_save puts it in place. */
Checkpoint *model_write(const Model *model, const char *path, Err *err);

/* 0 where the model can work on features of D numbers and on this vocabulary; else -1 with a line. */
int model_fits(const Model *model, const char *path, int64_t D, const char *features_path, const Vocab *vocab,
               const char *dir, Err *err);

/* One tensor for each of the table's, from or to a group of the file ("/params", "/optim/m"). */
int tensors_read(Checkpoint *file, const char *group, const Params *table, real *data, Err *err);
int tensors_write(Checkpoint *file, const char *group, const Params *table, const real *data, Err *err);

#endif
