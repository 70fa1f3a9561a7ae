/* The model file (HDF5, readable with h5py):
 *
 *   /         attributes format "coco-captioner", version, cell, input_dim, wordvec_dim, hidden_dim, vocab_size,
 *             caption_length (optional), and of a model with attention (its name) and grid_dim, numbers per place.
 *             The version is 1, or 2 if a cell or attention adds tensors to the course's eight, or the words are not
 *             joined by a space
 *   /params   one float32 dataset per tensor: "/params/W_embed"
 *   /vocab    idx_to_word: the words; attribute joiner, what is written between them, if that is not a space
 *   /cnn, /pca  optional: where the features come from (pipeline/model_file/origin.h)
 *
 * and, only to resume training:
 *
 *   /optim    attributes rule, learning_rate (as decayed so far), step; one group per array of the rule's state:
 *             "/optim/m/W_embed"
 *   /train    attributes: the other settings, named like their options with _ for -, such as batch_size (cell, hidden
 *             and wordvec are in /, optim is rule in /optim); captions_digest, iteration, epoch, best_val_loss, run,
 *             log and data_absolute (these four are optional), rng_pos, rng_has_gauss, rng_gauss; rng_key (624) int32;
 *             loss_history (iteration) float64. pipeline/model_file/train_state.h says what they are. With averaged
 *             weights more, and /params is their mean (pipeline/model_file/weight_average.h)
 *
 * Everything is checked as it is read: shapes before memory is allocated, every number for being finite and in range.
 * Messages name the file and the attribute or dataset. The same run gives the same bytes. Main thread. */
#ifndef COCO_PIPELINE_MODEL_FILE_MODEL_FILE_H
#define COCO_PIPELINE_MODEL_FILE_MODEL_FILE_H

#include "io/base/err.h"
#include "pipeline/model_file/model.h"
#include "pipeline/model_file/train_state.h"

/* Reads the model alone. The caller frees it; after a failure it is zeroed. */
int model_load(Model *model, const char *path, Err *err);
/* Reads the model and the state of its training. The caller frees both; after a failure they are zeroed. */
int model_load_state(Model *model, TrainState *state, const char *path, Err *err);

/* Reads what the attributes say of the training: its settings, texts and progress, without the optimizer's numbers, the
 * generator and the losses. 1: read, and the caller frees; 0: a model without training; -1: not a model, or not
 * readable. Unless it was read the state is zeroed. */
int model_peek(TrainState *state, const char *path, Err *err);

/* Writes both. The file appears at `path` whole or not at all, even if the process is killed. */
int model_save(const Model *model, const TrainState *state, const char *path, Err *err);

#endif
