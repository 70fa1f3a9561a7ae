/* Words that no caption should end with: articles, prepositions, forms of "to be". */
#ifndef COCO_PIPELINE_SAMPLE_ENDINGS_H
#define COCO_PIPELINE_SAMPLE_ENDINGS_H

#include "io/data/vocab.h"

#include <stdbool.h>

/* Which words of the vocabulary these are: (vocab->size), which the caller frees. NULL: out of memory. */
bool *bad_endings(const Vocab *vocab);

#endif
