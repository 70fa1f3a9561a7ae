/* Pieces of words: byte-pair encoding (Sennrich et al. 2016, https://arxiv.org/abs/1508.07909) of spelled captions.
 *
 * Captions are characters at first. A piece is the union of two neighbours within a word, to which the space before it
 * belongs. Each round learns the union that occurs most often in train's captions, of equal ones the first by its
 * bytes, and makes one of all such neighbours, from left to right. So the pieces, in the order in which they were
 * learnt, tell how any word is cut: a vocabulary needs nothing besides. Main thread. */
#ifndef COCO_PIPELINE_PREPARE_PIECES_H
#define COCO_PIPELINE_PREPARE_PIECES_H

#include "pipeline/prepare/caption_set.h"
#include "pipeline/prepare/word_numbers.h"

/* Learns up to n pieces that occur at least min_count times, and twice; adds them to the vocabulary of the set's
 * characters, and writes the captions in them. Unknown characters are in no piece. -1: out of memory. */
int pieces_learn(CaptionSet *set, WordNumbers *numbers, int n, int64_t min_count, Err *err);
/* Writes captions of characters in the pieces of a vocabulary, if it has any. */
int pieces_apply(CaptionSet *set, WordNumbers *numbers, Err *err);

#endif
