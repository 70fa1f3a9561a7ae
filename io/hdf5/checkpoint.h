/* The model file (HDF5, readable with h5py):
 *
 *   /        attributes: format "coco-captioner", version 1, cell, input_dim, wordvec_dim, hidden_dim,
 *            vocab_size, caption_length
 *   /params  one float32 dataset a tensor         /vocab/idx_to_word   the words
 *   /optim, /train   only to resume; see pipeline/train/train_state.h
 *
 * A file is written beside its target and renamed onto it: a kill at any moment leaves the old file or the
 * new one. Main thread. */
#ifndef COCO_IO_HDF5_CHECKPOINT_H
#define COCO_IO_HDF5_CHECKPOINT_H

#include "io/base/err.h"
#include "io/data/vocab.h"
#include "io/hdf5/h5.h"

typedef struct {
    char cell[8]; /* "rnn", "lstm" */
    int64_t input_dim, wordvec_dim, hidden_dim, vocab_size;
    int64_t caption_length; /* 0: not told */
} ModelHead;

typedef struct Checkpoint Checkpoint;

/* Opens a model file and reads its head and vocabulary, both checked. NULL: a line names what is wrong. */
Checkpoint *checkpoint_open(const char *path, ModelHead *head, Vocab *vocab, Err *err);
void checkpoint_close(Checkpoint *checkpoint); /* NULL is legal; an unsaved new file is forgotten */

/* Starts a model file for `path`; it appears there with checkpoint_save. */
Checkpoint *checkpoint_create(const char *path, const ModelHead *head, const Vocab *vocab, Err *err);
/* Ends the new file, puts it in place, and closes the checkpoint either way. */
int checkpoint_save(Checkpoint *checkpoint, Err *err);

/* One float32 tensor of a group ("/params"): every number must be finite, both ways. */
int checkpoint_read_tensor(Checkpoint *checkpoint, const char *group, const char *name, int rank,
                           const int64_t *dim, float *out, Err *err);
int checkpoint_write_tensor(Checkpoint *checkpoint, const char *group, const char *name, int rank,
                            const int64_t *dim, const float *in, Err *err);

/* The file itself, for the groups that only resuming needs. Borrowed. */
H5 *checkpoint_h5(Checkpoint *checkpoint);

#endif
