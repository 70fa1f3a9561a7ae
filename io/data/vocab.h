/* The vocabulary: words and their numbers, as coco2014_vocab.json and the model file hold them.
 *
 * <NULL> is 0, <START> 1, <END> 2, <UNK> 3 in every vocabulary; <NULL> and the words' own place are
 * needed. The caller owns a Vocab; it is never changed, so any thread may read it. */
#ifndef COCO_IO_DATA_VOCAB_H
#define COCO_IO_DATA_VOCAB_H

#include "io/base/err.h"

#include <stddef.h>
#include <stdint.h>

typedef struct {
    char **word; /* (size) */
    int size;
} Vocab;

/* From coco2014_vocab.json: idx_to_word, and word_to_idx where it is there, which must agree with it. */
int vocab_load(Vocab *vocab, const char *path, Err *err);
/* Takes n words (malloc'd strings in a malloc'd array) as they are, and owns them; on failure frees them.
 * `where` names their source in messages. */
int vocab_take(Vocab *vocab, char **words, int64_t n, const char *where, Err *err);
/* Writes coco2014_vocab.json. */
int vocab_write(const Vocab *vocab, const char *path, Err *err);
void vocab_free(Vocab *vocab);                /* legal on a zeroed one */
int vocab_copy(Vocab *to, const Vocab *from); /* the caller frees `to`; -1: out of memory */

/* 0 where both are the same, else -1 with a line that names both sources, and the sizes or the first word
 * that differs. */
int vocab_compare(const Vocab *a, const char *where_a, const Vocab *b, const char *where_b, Err *err);

/* The text of n word numbers: words joined by one space, up to <END>; <NULL>, <START> and <END> are left
 * out, <UNK> stays. Numbers outside of the vocabulary end the text. The caller frees; NULL: no memory. */
char *vocab_text(const Vocab *vocab, const int32_t *words, int n);

#endif
