/* Sentences as numbers, and their n-grams for n from 1 to 4.
 *
 * An n-gram is named by its first n-1 words, an n-gram itself, and its last word: a table gives every such pair a
 * number of its own, from 0 in the order of their coming, so that n-grams are compared and counted as integers.
 *
 * A table is added to by one thread; then any number may look things up in it. */
#ifndef COCO_MODEL_SCORE_NGRAMS_H
#define COCO_MODEL_SCORE_NGRAMS_H

#include <stdint.h>

enum { NGRAM_MAX = 4 };

typedef struct NgramTable NgramTable;
NgramTable *ngrams_new(void);        /* NULL: out of memory */
void ngrams_free(NgramTable *table); /* NULL is legal */
/* The n-gram of a prefix (-1: none, the word alone) and a word: its number, new or known; -1: out of memory. */
int32_t ngrams_add(NgramTable *table, int32_t prefix, int32_t word);
/* -1: it is not in the table. */
int32_t ngrams_find(const NgramTable *table, int32_t prefix, int32_t word);
int32_t ngrams_count(const NgramTable *table);
/* What a number stands for. */
void ngrams_parts(const NgramTable *table, int32_t id, int32_t *prefix, int32_t *word);

typedef struct {
    int32_t id, count;
} Gram;

/* A sentence of n words, and its n-grams: those of length k+1 are gram[at[k]] ... gram[at[k+1]-1], each once, by
 * rising number. */
typedef struct {
    int32_t *word; /* (n) */
    int n;
    Gram *gram;
    int at[NGRAM_MAX + 1];
} Sentence;

/* Copies the words and adds their n-grams to the table. -1: out of memory; nothing to free. */
int sentence_init(Sentence *sentence, NgramTable *table, const int32_t *words, int n);
void sentence_free(Sentence *sentence); /* legal on a zeroed one */
/* How often an n-gram of length k+1 is in it. */
int32_t sentence_count(const Sentence *sentence, int k, int32_t id);

#endif
