/* The vocabulary: words and their numbers, as a dataset's vocab.json and the model file hold them.
 *
 * The caller owns a Vocab. It never changes, so any thread may read it. */
#ifndef COCO_IO_DATA_VOCAB_H
#define COCO_IO_DATA_VOCAB_H

#include "io/base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The special words have the same numbers in every vocabulary. <UNK> may be missing, the others may not. */
enum { VOCAB_NULL, VOCAB_START, VOCAB_END, VOCAB_UNK, VOCAB_SPECIAL };
extern const char *const vocab_special[VOCAB_SPECIAL]; /* "<NULL>", "<START>", "<END>", "<UNK>" */

typedef struct {
    char **word; /* (size) */
    int size;
    char *joiner; /* what is written between the words of a caption: "" if they are characters; NULL: a space */
} Vocab;

#define VOCAB_SPACE " "
const char *vocab_joiner(const Vocab *vocab);
/* Sets the joiner. */
int vocab_join(Vocab *vocab, const char *joiner, Err *err);

/* Reads a vocab.json: idx_to_word, and word_to_idx, which may be missing but must agree; joiner, which
 * may be missing. */
int vocab_load(Vocab *vocab, const char *path, Err *err);
/* Takes over n words, malloc'd strings in a malloc'd array; frees them on failure. `where` names their source in
 * messages. */
int vocab_take(Vocab *vocab, char **words, int64_t n, const char *where, Err *err);
/* Writes a vocab.json. */
int vocab_write(const Vocab *vocab, const char *path, Err *err);
void vocab_free(Vocab *vocab);                /* safe on a zero-initialized one */
int vocab_copy(Vocab *to, const Vocab *from); /* the caller frees `to`; -1: out of memory */

/* 0 if both are the same; else -1 with a line that names both sources, and the first word that differs, the sizes or
 * the joiners. */
int vocab_compare(const Vocab *a, const char *where_a, const Vocab *b, const char *where_b, Err *err);

/* The text of n word numbers: words, joined, up to <END> or to a number outside the vocabulary. <NULL> and
 * <START> are left out, <UNK> stays. The caller frees; NULL: out of memory. */
char *vocab_text(const Vocab *vocab, const int32_t *words, int n);

/* Whether a word of a caption ends between two of its numbers that follow each other. Always, if a joiner is written
 * between them; without one, where the second is <END> or begins with a space and the first is not a space alone. */
bool vocab_ends_word(const Vocab *vocab, int32_t word, int32_t next);

/* Whether the len bytes are a special word, in any letter case. */
bool vocab_is_special(const char *word, size_t len);

#endif
