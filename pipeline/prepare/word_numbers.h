/* The vocabulary of a prepared dataset, and the number in it of each of the captions' words. Main thread. */
#ifndef COCO_PIPELINE_PREPARE_WORD_NUMBERS_H
#define COCO_PIPELINE_PREPARE_WORD_NUMBERS_H

#include "io/data/vocab.h"
#include "pipeline/prepare/caption_set.h"

#include <stdint.h>

typedef struct {
    Vocab vocab;
    int32_t *number;   /* (hash_count(set->words)) of a word of the captions; -1: it has none, nor is there <UNK> */
    int32_t unknown;   /* the number of <UNK>; -1: the vocabulary has none */
    int64_t different; /* words that train's captions have */
} WordNumbers;

/* Whether a caption is in the dataset: its image has features and a split. */
bool caption_is_used(const CaptionSet *set, const PreparedCaption *caption);

/* The four special words, then the words that occur at least min_count times in train's captions, by falling count,
 * equal ones by their bytes. */
int word_numbers_count(WordNumbers *numbers, const CaptionSet *set, int64_t min_count, Err *err);
/* The vocabulary of a dataset's directory, a model file, a vocabulary in JSON, or a list of words, one per line. */
int word_numbers_take(WordNumbers *numbers, const CaptionSet *set, const char *from, Err *err);
/* Adds n words, by their numbers in the set, to the end of the vocabulary, and finds all of them again. */
int word_numbers_append(WordNumbers *numbers, const CaptionSet *set, const int32_t *words, int n, Err *err);
void word_numbers_free(WordNumbers *numbers); /* safe on a zero-initialized one */

#endif
