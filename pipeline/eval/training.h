/* The captions that a model was trained on, to tell which of its own are new. */
#ifndef COCO_PIPELINE_EVAL_TRAINING_H
#define COCO_PIPELINE_EVAL_TRAINING_H

#include "io/base/err.h"
#include "io/base/hash.h"
#include "pipeline/tokens/tokens.h"

/* Adds the tokens of each training caption to a table: those of a dataset directory's train split; of COCO annotations;
 * or of records, whose references count, and their captions if they have none. Main thread. */
int training_read(Hash *captions, const char *path, TokenRule rule, Err *err);

#endif
